"""The phrases by which a title says what kind of upload it is, in the languages of the charts."""

from mvidarr.core.terms import VideoType
from mvidarr.discovery.title_words import fold, folded


def _types(table: dict[VideoType, str]) -> dict[str, VideoType]:
    return {phrase: kind for kind, listed in table.items() for phrase in folded(listed)}


# Said anywhere in a title, these settle what the upload is.
ANYWHERE = _types(
    {
        VideoType.OFFICIAL: (
            "official video, official music video, official mv, official hd video,"
            "official hd music video, official 4k video, official 4k music video,"
            "official short film, official clip, official video clip, official videoclip,"
            "official full video, official pv, official film, official promo,"
            "official movie, video oficial, videoclip oficial,"
            "videoclipe oficial, clipe oficial, clip oficial, video musical oficial,"
            "clip officiel, video officielle, clip video officiel, offizielles video,"
            "offizielles musikvideo, offizieller videoclip, video ufficiale,"
            "videoclip ufficiale, oficjalny teledysk, oficjalne video, resmi video klip,"
            "resmi klip, orijinal klip, официальный клип, официальное видео,"
            "официальный видеоклип, премьера клипа, videoja zyrtare, klipi zyrtar,"
            "officiell video, officiell musikvideo, officiele video, officiele videoclip,"
            "επίσημο βίντεο, sluzbeni video, zvanicni spot, oficialni video,"
            "الفيديو كليب الرسمي, الفيديو كليب, فيديو كليب, офіційне відео, офіційний кліп,"
            "прем єра кліпу, oficialni videoklip, hivatalos videoklip, virallinen musiikkivideo,"
            "offisiell musikkvideo, video lagu resmi, mv chinh thuc"
        ),
        VideoType.LYRIC: (
            "lyric video, lyrics video, official lyric, official lyrics, with lyrics,"
            "lyric visualizer, lyric visualiser, video lyric, video lyrics, lyrical video,"
            "con letra, letra oficial, com letra, paroles officielles, avec paroles,"
            "mit songtext, lyrikvideo, lyricvideo, con testo, z tekstem, с текстом, текст песни,"
            "eng lyrics, color coded lyrics, colour coded lyrics, lyric clip, with subtitles,"
            "sing along, singalong,"
            "subtitulado al espanol, subtitulada al espanol, sub espanol, letra y traduccion,"
            "letra traducida, lyrics traduction, lirik lagu"
        ),
        VideoType.VISUALIZER: (
            "official visualizer, official visualiser, official visual, visualizer video,"
            "visualiser video, visualizador oficial, visualizer oficial, visuel officiel,"
            "official animated cover, official animated video"
        ),
        VideoType.AUDIO: (
            "official audio, audio officiel, audio oficial, audio ufficiale, audio only,"
            "offizielles audio, full audio, pseudo video, art track, static video,"
            "официальное аудио, oficjalne audio, official hd audio, official track stream,"
            "official track, official song stream, official single stream, official stream"
        ),
        VideoType.AUDIO_ONLY_UPLOAD: "not the video, not the official video",
        VideoType.LIVE: (
            "live video, live music video, official live, live clip, live performance,"
            "live session, live sessions, mtv unplugged, tiny desk concert, tiny desk,"
            "live lounge, en vivo, en directo, ao vivo, dal vivo, na zywo, a colors show,"
            "live version, live on kexp, live from the studio, live in the studio,"
            "canli performans, живое исполнение, en direct, live a l, live a la, live au"
        ),
        VideoType.CONCERT: (
            "full show, full concert, complete concert, entire concert, full live show,"
            "concierto completo, show completo, concert complet, concerto completo,"
            "concert film, full live concert, live full concert, полный концерт"
        ),
        VideoType.PERFORMANCE: (
            "dance practice, performance video, choreography video, dance performance,"
            "special clip, relay dance, dance video, fancam, performance film, performance ver,"
            "official choreography, guitar playthrough, drum playthrough, bass playthrough"
        ),
        VideoType.BEHIND_THE_SCENES: (
            "behind the scenes, detras de camaras, tras bambalinas, hinter den kulissen,"
            "dans les coulisses, dietro le quinte, mv making, making of the video, mv behind,"
            "music video behind, making film"
        ),
        VideoType.TRAILER: (
            "official teaser, official trailer, mv teaser, video teaser, teaser video,"
            "album trailer, album teaser, official album trailer, official album teaser,"
            " bande annonce, trailer oficial, teaser oficial,"
            "tour trailer, concept trailer, highlight medley, video trailer"
        ),
        VideoType.KARAOKE: (
            "karaoke version, karaoke video, karaoke instrumental, official karaoke,"
            "backing track, no vocals, version karaoke, minus one, караоке"
        ),
        VideoType.REACTION: (
            "reaction video, first time hearing, first time reaction, reacts to, reacting to,"
            "mv reaction, music video reaction, vocal coach reacts, reaccion, reaccionando a,"
            "reagindo a, first reaction, first listen, react to, reaction to, video reaction,"
            "coach reacts"
        ),
        VideoType.INTERVIEW: "full interview, exclusive interview, entrevista exclusiva",
        VideoType.OTHER: "type beat, beat instrumental, instru rap",
        VideoType.ALTERED: (
            "nightcore, daycore, sped up, spedup, speed up version, slowed, bass boosted,"
            "bassboosted, 8d audio, 16d audio, 9d audio, reverbed, chopped and screwed"
        ),
        VideoType.COMPILATION: (
            "full album, full ep, complete album, album completo, album complet, playlist,"
            "greatest hits, megamix, mega mix, throwback mix, nostalgia mix, dj mix, jukebox,"
            "audio jukebox, best songs, top songs, best hits, grandes exitos, mix lyrics,"
            "lyrics mix, mix letra, kolazh, potpuri, songs mix, party mix, house mix, chill mix,"
            "chillout mix, dj set, workout mix, hits mix, all songs, best of all time, сборник,"
            "hitet, album stream, discography, album sampler, visual album, live mix, live set,"
            "full mixtape, continuous mix, lo fi beats, lofi beats, chill beats, lofi radio,"
            "hip hop radio, subscriber mix, relax mix, nonstop mix, full set, cd completo,"
            "dvd completo, ganzes album, полный альбом, лучшие песни, mejores exitos,"
            "sus mejores, lo mejor de, as melhores, le meilleur de, die besten, playlists,"
            "nonstop music, mix compilation, hit songs, songs compilation, playlista"
        ),
        VideoType.LIBRARY_MUSIC: (
            "royalty free, background music, music for videos, stock music,"
            "background instrumental, vlog music, vlog background, music for kids,"
            "creative commons music, musica sin copyright, production music,"
            "copyright free background"
        ),
        VideoType.NOT_MUSIC: (
            "documental, documentaire, dokumentation, how to play, guitar lesson, piano lesson,"
            "drum lesson, bass lesson, gameplay, walkthrough, full episode, funny clips,"
            "funny moments, unboxing, eng sub, english sub, full movie, patch notes, tier list,"
            "album review, song review, piano tutorial, guitar tutorial, breaking news,"
            "video essay, press conference, speedrun, stand up comedy, movie clip, documentary,"
            "podcast, tutorial, explained, movie scene, deleted scene, chord tutorial,"
            "dance tutorial, drum tutorial, ukulele tutorial, bass tutorial, vocal tutorial,"
            "makeup tutorial, all bosses, full match, match highlights, premier league,"
            "champions league, the story behind, the real reason, rise and fall,"
            "the truth about, video game, let s play, how i built, how to make, how to build,"
            "song meaning, top movies, aftermovie, after movie, best moments, funniest moments"
        ),
        VideoType.FAN: (
            "amv, gmv, fan made, fanmade, fan video, fan edit, anime mv, fanvideo, unofficial,"
            "fan mv, unofficial video, unofficial music video, unofficial mv, video no oficial,"
            "inofficial, not an official video"
        ),
        VideoType.VERTICAL: (
            "vertical video, vertical version, vertical music video, video vertical"
        ),
    }
)

# Said in brackets or after a separator, never inside a song's name, these mean as much.
ASIDE = ANYWHERE | _types(
    {
        VideoType.OFFICIAL: (
            "official, music video, music clip, video, videoclip, videoclipe, clip, video clip,"
            "mv, pv, musikvideo, teledysk, klip, клип, short film, film clip, full video,"
            "full song, full video song, video song, oficial, officiel, ufficiale,"
            "director s cut, performance edit, promo video"
        ),
        VideoType.LYRIC: (
            "lyrics, lyric, lyrical, letra, letras, legendado, paroles, songtext, testo, tekst,"
            "sozleri, текст, subtitulada, subtitulado, subtitulos, lirik, слова, كلمات, στιχοι,"
            "sangtekst, songteksten, sozler, versuri, tradus, traduzione, traduction, legenda,"
            "traducao, subtitles, testi"
        ),
        VideoType.VISUALIZER: (
            "visualizer, visualiser, visualizador, animated cover, storyboard film,"
            "audio visual, visual, visuals, animated video"
        ),
        VideoType.AUDIO: "audio, static, аудио",
        VideoType.LIVE: (
            "unplugged, concert, concierto, in concert, live at, live from, live in, live on,"
            "konzert, концерт, session, sessions, live room, konser, on stage, tour, festival,"
            "awards, toppop, musikladen, the voice, x factor, american idol, got talent,"
            "super bowl, halftime show, stadium, arena, red rocks, royal albert hall,"
            "madison square garden, siriusxm, colbert, seth meyers, ellen show, today show,"
            "good morning america, vevo lift, bbc radio, radio 1, teatro, auditorium,"
            "wetten dass, beat club, sanremo, fernsehgarten, comeback stage, stage performance,"
            "music awards, conan, top of the pops, snl, saturday night live, jools holland,"
            "letterman, tonight show, late show, late late show, jimmy kimmel, jimmy fallon,"
            "kexp, glastonbury, coachella, lollapalooza, rock in rio, pinkpop, live aid, kbs,"
            "inkigayo, m countdown, music bank, music core, show champion, peters popshow,"
            "austin city limits, rockpalast, wacken, hellfest, rock am ring, tomorrowland,"
            "graham norton show, stage mix, in the studio, like a version, from the basement,"
            "umf, wembley, vmas, grammys, brit awards, first take, home take"
        ),
        VideoType.PERFORMANCE: "choreography, performance, practice, playthrough, coreografia",
        VideoType.ACOUSTIC: (
            "acoustic, acustico, acustica, acoustique, akustik, akustisch, stripped,"
            "piano version, stripped back, akustikversion, akustikvideo, acoustic version,"
            "version acustica, version acoustique, versao acustica, acoustic session"
        ),
        VideoType.BEHIND_THE_SCENES: (
            "bts, making of, making, backstage, rehearsal, rehearsals, coulisses, bastidores,"
            "bloopers, outtakes, vfx breakdown, in the making"
        ),
        VideoType.TRAILER: (
            "teaser, trailer, preview, snippet, announcement, coming soon, adelanto, extrait,"
            "vorschau, тизер, sneak peek, trailer oficial, teaser oficial, promo"
        ),
        VideoType.INTERVIEW: "interview, entrevista, intervista, interview with",
        VideoType.REACTION: "reaction, reacts",
        VideoType.KARAOKE: "karaoke",
        VideoType.INSTRUMENTAL: "instrumental, instrumentale",
        VideoType.EXTENDED: "extended",
        VideoType.OTHER: "type beat",
        VideoType.REMIX: "remix, bootleg, rework, mashup, remake, flip, vip, dub, club mix",
        VideoType.COVER: (
            "cover, covered by, tribute, originally performed by, originally by, parody,"
            "parodia, cover version, versao cover"
        ),
        VideoType.VERTICAL: "vertical",
        VideoType.LOOP: "loop, looped",
        VideoType.FAN: "not official, non official, un official, no oficial, non officiel",
        VideoType.COMPILATION: "medley, official album",
        VideoType.ALTERED: "reverb, sped, 8d",
    }
)

# Settle it only where the title names no song by "artist - title", or runs very long.
LOOSE = _types(
    {
        VideoType.COMPILATION: (
            "best of, nonstop, non stop, mixtape, love songs, summer vibes, vibes, medley,"
            "music videos, official music videos, summer mix, hits, mix, chillout, beats,"
            "megahits, deep house, songs, dj"
        ),
        VideoType.NOT_MUSIC: (
            "documentary, explained, tutorial, podcast, commentary, vlog, ranking, ranked,"
            "review, livestream, live stream, episode, season finale, news, highlights, recipes,"
            "games, recipe, lesson, episodes, facts, walkthrough, gameplay, compared, versus,"
            "meaning, history of, story of, guide, tips, tricks, test, analysis, unboxing,"
            "challenge, prank, tour of, theory, breakdown, debate, speech, sermon, minecraft,"
            "fortnite, roblox, football, nba, nfl, ufc, wwe, documentaire, episodio, capitulo,"
            "pelicula, noticias, receta, como, noticia, обзор, серия"
        ),
        VideoType.KARAOKE: "karaoke",
        VideoType.REACTION: "reaction, reacts, react to",
        VideoType.INTERVIEW: "interview, in conversation with, q and a",
        VideoType.BEHIND_THE_SCENES: "making of, behind the song",
        VideoType.TRAILER: "teaser, out now, coming soon",
    }
)

# Scripts without spaces: looked for inside the words.
UNSPACED = tuple(
    (fold(phrase), kind)
    for kind, listed in {
        VideoType.OFFICIAL: "뮤직비디오 공식 公式 官方 ミュージックビデオ オフィシャル 完整版mv",
        VideoType.LYRIC: "가사 歌詞 歌词 แปลไทย เนื้อเพลง",
        VideoType.AUDIO: "음원 音频",
        VideoType.LIVE: (
            "라이브 ライブ 生演奏 现场 現場 演唱會 演唱会 인기가요 뮤직뱅크 음악중심 "
            "스케치북 콘서트"
        ),
        VideoType.PERFORMANCE: "안무영상 직캠",
        VideoType.COVER: "커버 歌ってみた 弾いてみた 翻唱",
        VideoType.KARAOKE: "カラオケ 노래방 伴奏",
        VideoType.BEHIND_THE_SCENES: "메이킹 비하인드 メイキング 幕后花絮",
        VideoType.TRAILER: "티저 예고 予告 ティザー 预告",
        VideoType.ACOUSTIC: "弾き語り 어쿠스틱",
        VideoType.COMPILATION: "플레이리스트 メドレー 作業用 合集 歌单 듣기좋은노래",
        VideoType.REACTION: "리액션 反応",
        VideoType.INTERVIEW: "인터뷰 インタビュー 专访",
    }.items()
    for phrase in listed.split()
)

# When several fit, the first holds.
ORDER = (
    VideoType.NOT_MUSIC,
    VideoType.LIBRARY_MUSIC,
    VideoType.REACTION,
    VideoType.KARAOKE,
    VideoType.COMPILATION,
    VideoType.OTHER,
    VideoType.LOOP,
    VideoType.ALTERED,
    VideoType.FAN,
    VideoType.BEHIND_THE_SCENES,
    VideoType.TRAILER,
    VideoType.INTERVIEW,
    VideoType.AUDIO_ONLY_UPLOAD,
    VideoType.AUDIO,
    VideoType.CONCERT,
    VideoType.LIVE,
    VideoType.PERFORMANCE,
    VideoType.LYRIC,
    VideoType.VISUALIZER,
    VideoType.ACOUSTIC,
    VideoType.INSTRUMENTAL,
    VideoType.VERTICAL,
    VideoType.OFFICIAL,
    VideoType.COVER,
    VideoType.EXTENDED,
    VideoType.REMIX,
)
