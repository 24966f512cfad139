"""Every word by which a title says its type, in every language that is known here."""

import pytest

from mvidarr.core.terms import VideoType
from mvidarr.discovery import titles

WORDS = {
    VideoType.OFFICIAL: """
        official video; official music video; official 4K video; official HD video; official MV;
        M/V; MV; PV; music video; video clip; short film; film clip; videoclip oficial;
        video oficial; clipe oficial; clip officiel; offizielles Video; offizielles Musikvideo;
        video ufficiale; oficjalny teledysk; resmi klip; orijinal klip; официальный клип;
        премьера клипа; 뮤직비디오; 공식; ミュージックビデオ; オフィシャル; 官方MV; 完整版MV;
        الفيديو كليب الرسمي; official videoclip; Director's Cut;
        Offical Video; Officical Music Video; Oficial Video;
        Offcial Video; Officail Video; επίσημο βίντεο; Офіційне відео; Officiële videoclip
        """,
    VideoType.LYRIC: """
        lyric video; lyrics; lyrical; lyric visualizer; con letra; letra; letra oficial; legendado;
        paroles; Lyrikvideo; songtext; testo; tekst; sözleri; текст; с текстом; 가사; 歌詞;
        歌词; 动态歌词;
        official lyric video; with lyrics; Lyrics/Letra; lirik; Sub Español; color coded lyrics
        """,
    VideoType.VISUALIZER: """
        visualizer; visualiser; official visual; animated cover; storyboard film; audio visual;
        official visualizer; visualizador
        """,
    VideoType.AUDIO: """
        official audio; audio; full audio; static; pseudo-video; art track; HQ audio; audio oficial;
        음원; 音频; audio officiel; официальное аудио; official track stream
        """,
    VideoType.AUDIO_ONLY_UPLOAD: "not the video",
    VideoType.LIVE: """
        live; live at Sea; live from Sea; live in Sea; unplugged; session; Tiny Desk; in the studio;
        Glastonbury 2023; Live Aid 1985; Later… with Jools Holland; CONAN; Peters Popshow;
        Top of the Pops; KBS 240101; Inkigayo; M Countdown; Live Clip; en vivo; en directo; ao vivo;
        en concert; en direct; dal vivo; концерт; живое исполнение; 라이브; ライブ;
        生演奏; 现场; 現場;
        The Long Tour 2019; concert; live à Paris; Live Lounge; Live on KEXP; MTV Unplugged; na żywo
        """,
    VideoType.CONCERT: "full concert; full show; concierto completo; show completo",
    VideoType.PERFORMANCE: """
        performance video; dance practice; choreography; special clip; relay dance;
        안무영상; 직캠; fancam
        """,
    VideoType.ACOUSTIC: """
        acoustic; stripped; piano version; acústico; acoustique; Akustik; 弾き語り; acoustic version
        """,
    VideoType.REMIX: """
        Odd remix; club mix; dub; VIP; Odd bootleg; Odd rework; Odd flip; mashup; Remix Edit
        """,
    VideoType.EXTENDED: "extended; extended mix; extended version",
    VideoType.COVER: """
        cover; covered by Odd; originally performed by Odd; tribute; cover of Odd;
        歌ってみた; 弾いてみた; 翻唱; 커버; piano cover
        """,
    VideoType.ALTERED: """
        slowed; reverb; slowed + reverb; sped up; nightcore; 8D audio; 8D; bass boosted; daycore
        """,
    VideoType.LOOP: "1 hour; 10 hours; loop; 1 hour loop; 1 Stunde; 10 horas; 1 heure",
    VideoType.KARAOKE: """
        karaoke; backing track; no vocals; カラオケ; 노래방; karaoke version; караоке
        """,
    VideoType.INSTRUMENTAL: "instrumental; official instrumental",
    VideoType.BEHIND_THE_SCENES: """
        behind the scenes; BTS; making of; making-of; rehearsal; detrás de cámaras; coulisses;
        hinter den Kulissen; 메이킹; 비하인드; メイキング; 幕后花絮
        """,
    VideoType.TRAILER: """
        teaser; trailer; preview; snippet; announcement; coming soon; adelanto; tráiler;
        extrait; bande-annonce; Vorschau; 티저; 예고; 予告; ティザー; 预告; official teaser
        """,
    VideoType.INTERVIEW: "interview; entrevista",
    VideoType.REACTION: "reaction; first time hearing; reacts",
    VideoType.NOT_MUSIC: "documentary; tutorial; guitar lesson; explained",
    VideoType.COMPILATION: """
        full album; greatest hits; megamix; jukebox; full EP; album completo; DJ mix; playlist
        """,
    VideoType.VERTICAL: "vertical video; vertical",
    VideoType.FAN: "AMV; fan made; fan video; unofficial video; unofficial music video",
    # These make another version, but say nothing of the picture.
    VideoType.UNSPECIFIED: """
        Brazil Version; Orange Version; alt. version; radio edit; Odd mix; explicit; dirty; clean;
        censored; HD; HQ; 4K; 8K; UHD; 1080p; 720p; 60fps; remaster; remastered; upscaled; VOD;
        dolby; stereo; mono; 1979; NCS release; 2011 Remaster; Remastered 2015; Dolby Atmos
        """,
}
CASES = [
    (" ".join(word.split()), kind) for kind, listed in WORDS.items() for word in listed.split(";")
]


@pytest.mark.parametrize(("word", "kind"), CASES)
@pytest.mark.parametrize("shape", ["({})", "[{}]", "【{}】", "| {}"])
def test_word_beside_the_names_says_the_type(word: str, kind: VideoType, shape: str) -> None:
    parsed = titles.parse(f"Nova Lane - Glass Harbour {shape.format(word)}")

    assert parsed.type is kind
    assert parsed.title in ("Glass Harbour", None)


SONGS = [
    "Live and Learn",
    "Video Games",
    "Cover Me Up",
    "Clip My Wings",
    "Remixed Hearts",
    "Official Girl",
    "Audio Heaven",
    "The Making",
    "Dub Be Good to Me",
    "Mix Tape Love",
    "Concert for Bees",
    "Lyrics of Fury",
    "Session Man",
    "Show Me How to Live",
    "Tour de Ville",
    "The Long and Live Wire",
    "Hours and Hours",
    "24 Hours",
    "One Hour Photo",
    "Acoustic Kitty",
    "Trailer Trash",
    "Performance Anxiety",
    "HD Dreams",
    "Free",
    "Song 2",
    "1999",
    "Best of You",
    "Hits Different",
    "Jukebox Hero",
    "Karaoke Queen",
    "Extended Family",
    "Clean Slate",
    "Dirty Laundry",
    "Loop Line",
    "Reaction Time",
    "Vertical Horizon",
    "Teaser Girl",
    "With or Without Me",
    "By the Sea",
    "Stream of Stars",
]


@pytest.mark.parametrize("song", SONGS)
@pytest.mark.parametrize("aside", ["", " (Official Video)"])
def test_word_inside_a_name_says_nothing(song: str, aside: str) -> None:
    parsed = titles.parse(f"Nova Lane - {song}{aside}", "Nova Lane", 200)

    assert (parsed.artist, parsed.title, parsed.version) == ("Nova Lane", song, "")
    assert parsed.type is (VideoType.OFFICIAL if aside else VideoType.UNSPECIFIED)


@pytest.mark.parametrize("song", [song for song in SONGS if song not in ("Jukebox Hero",)])
def test_name_of_a_song_alone_is_kept_on_the_artists_channel(song: str) -> None:
    parsed = titles.parse(f"{song} (Official Video)", "NovaLaneVEVO", 200)

    assert (parsed.artist, parsed.title) == ("Nova Lane", song)
    assert parsed.type is VideoType.OFFICIAL
