"""The words that titles of uploads use beside the song's name, by the part they play there.

Every word is kept folded: lower case, no accents, no punctuation, single spaces.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache

from mvidarr.core import text
from mvidarr.core.terms import VideoType

LONGEST = 4  # words of the longest phrase that is looked up

_NOT_WORD = re.compile(r"[\W_]+")
# Folding would take the marks off ブ and make フ of it, another sound.
_VOICED = {
    code: 0xE000 + code - 0x3040
    for code in range(0x3040, 0x3100)
    if unicodedata.decomposition(chr(code))
}
_UNVOICED = {kept: code for code, kept in _VOICED.items()}


def words(part: str) -> list[str]:
    """The folded words of a part of a title, in order; & is read as "and"."""
    return list(_words(part))


@lru_cache(maxsize=4096)  # the parts of a title are looked at again and again
def _words(part: str) -> tuple[str, ...]:
    return tuple(_NOT_WORD.sub(" ", fold(part).replace("&", " and ")).split())


def fold(part: str) -> str:
    """Lower case without accents, but with the marks of Japanese syllables."""
    if part.isascii():
        return part.lower()
    kept = unicodedata.normalize("NFC", part).translate(_VOICED)
    return text.fold(kept).translate(_UNVOICED)


def found_in(row: list[str], table: Mapping[str, VideoType]) -> Iterator[VideoType]:
    """What the phrases among the words stand for; a phrase inside a longer one does not count."""
    covered = 0
    for start in range(len(row)):
        for end in range(min(start + LONGEST, len(row)), max(start, covered), -1):
            kind = table.get(" ".join(row[start:end]))
            if kind is not None:
                covered = end
                yield kind
                break


@lru_cache(maxsize=8192)
def near_official(word: str) -> bool:
    """Whether a word is "official" with at most one letter wrong, lost, swapped or too many."""
    return any(_near(word, wanted) for wanted in _OFFICIAL)


def _near(word: str, wanted: str) -> bool:
    if abs(len(word) - len(wanted)) > 1:
        return False
    head = 0
    while head < min(len(word), len(wanted)) and word[head] == wanted[head]:
        head += 1
    rest, wanted = word[head:], wanted[head:]
    return (
        rest == wanted
        or rest[1:] in (wanted, wanted[1:])
        or rest == wanted[1:]
        or (rest[:2] == wanted[1::-1] and rest[2:] == wanted[2:])
    )


_OFFICIAL = ("official", "officiel")


def folded(listed: str) -> frozenset[str]:
    """A table's phrases, that are listed between commas."""
    return frozenset(" ".join(words(item)) for item in listed.split(","))


# A group of these words alone says nothing of the song: it is dropped.
DECORATION = folded(
    "official,officially,oficial,oficjalny,oficjalne,officiel,officielle,offiziell,offizielles,"
    "ufficiale,resmi,video,videos,videoclip,videoclipe,clip,clipe,klip,teledysk,musikvideo,mv,"
    "pv,hd,hq,uhd,fhd,4k,8k,5k,2k,1080p,720p,480p,1440p,2160p,60fps,50fps,remaster,remastered,"
    "remasterizado,upscale,upscaled,upgrade,upgraded,restored,enhanced,vod,dolby,atmos,stereo,"
    "mono,pcm,lyric,lyrics,lyrical,letra,letras,audio,visualizer,visualiser,visualizador,visual,"
    "visuals,paroles,songtext,testo,tekst,караоке,premiere,premiera,exclusive,ncs,reupload,"
    "reuploaded,hdr,клип,официальный,официальное,видео,премьера,karaoke,subtitulada,subtitulado,"
    "subtitulos,subtitles,teaser,trailer,legendado,reissue,rerecorded,deluxe,mastered,sub,"
    "widescreen,expanded,anniversary,bonus,musicvideo,lyricvideo,뮤직비디오,공식"
)

# These may stand among decoration, but are not decoration when they stand alone.
FILLER = folded(
    "the,with,and,in,of,for,a,original,full,new,music,musical,musique,short,film,version,high,"
    "quality,definition,ai,hi,res,fps,to,en,con,de,digitally,from,by,color,colour,now,ver,song,"
    "single,promo,release,edition,re,upload,uploaded,sub,subs,espanol,english,eng,free,"
    "copyright,vision,sound,surround,youtube,exclusively,on,la,le,vertical,animated,deluxe,"
    "digital,mastered,anniversary,reissue,expanded,bonus,track,set,box,issue,25th,10th,20th,"
    "30th,40th,50th"
)

# The only filler in what may as well be a song's name.
NEUTRAL = folded("the,with,and,music,musical,full,version,original,short,film,digital,ver")

# The last word of a group that says which version of the song it is.
VERSION_ENDS = folded(
    "version,ver,versione,versao,remix,mix,edit,cut,dub,bootleg,rework,flip,mashup,remake,vip,"
    "acoustic,acustico,acoustique,akustik,unplugged,stripped,extended,instrumental,session,"
    "sessions,cover,explicit,dirty,clean,censored,uncensored,slowed,reverb,demo,concert,"
    "acapella,megamix,medley,nightcore,boosted,live,rmx,remode,tribute,performance,reprise,"
    "refix,reimagined,edition,sped up,unreleased,concierto,vivo,directo,konzert,loop,orchestral"
)

# The first word of such a group.
VERSION_STARTS = folded(
    "acoustic,acustico,extended,version,unplugged,stripped,instrumental,remix,cover,explicit,"
    "dirty,clean,censored,uncensored,slowed,nightcore,demo,alternate,tribute,covered,originally,"
    "performance,akustik"
)

# "Live" opens a version when one of these follows it, not in "Live and Let Die".
AFTER_LIVE = folded(
    "at,from,in,on,version,session,sessions,video,performance,acoustic,tour,concert,lounge,ver,"
    "clip,unplugged,hd,hq,4k,edit,mix,music,im,en,au,aus,auf,beim,w,with,aid,8,studio,recording"
)
NOT_AFTER_LIVE = folded(
    "and,your,my,our,it,to,or,wire,forever,life,lives,free,like,fast,this,that,a,the,together,"
    "without,while,alone,again,now,well,long,young,tonight,love,laugh,oak"
)
ON_STAGE = folded(
    "live,vivo,directo,direct,concert,concierto,konzert,unplugged,session,sessions,lounge,stage,"
    "tour,zywo,canli,tiny,ライブ,라이브"
)
BEFORE_NO_LIVE = folded(
    "to,we,i,you,they,can,the,a,and,let,only,not,ll,us,who,where,how,this,long,must,should,still,"
    "just,people,never,don t,dont,could,would,will,gotta,wanna,gonna,i d,d,t,of,for,all,so"
)

# Alone in brackets these tell in which language the song is sung.
LANGUAGES = folded(
    "english,spanish,french,german,italian,japanese,korean,chinese,portuguese,russian,arabic,"
    "hindi,tamil,telugu,espanol,francais,deutsch,italiano,portugues,spanglish,in,en,auf,"
    "version,ver"
)

# A group that starts so tells where something comes from or who made it: it is dropped.
CREDITS = (
    "prod by",
    "produced by",
    "prod",
    "directed by",
    "dir by",
    "dir",
    "shot by",
    "taken from",
    "download",
    "available now",
    "out now",
    "free download",
    "stream",
    "as heard on",
    "as seen on",
    "filmed by",
    "video by",
    "music by",
    "premiere",
    "премьера трека",
    "премьера песни",
)
RELEASES = (
    " soundtrack",
    " ost",
    " release",
    " realese",
    " premiere",
    " records",
    " stream",
    " album track",
)
ON_SCREEN = folded("lyrics,subtitles,lyric,subs,letra,english,translation,texto,paroles")
SOURCES = folded(
    "dvd,tv,soundtrack,ost,motion,film,movie,album,ep,vault,series,the,musical,netflix,lp"
)

NEWS = folded(
    "new,latest,superhit,hit,hits,best,top,popular,trending,viral,romantic,sad,party,punjabi,"
    "hindi,tamil,telugu,bhojpuri,haryanvi,marathi,nepali,bangla,arabic,turkish,love"
)

HEADINGS = folded(
    "song,lyrical,lyrics,lyric,video,audio,mv,new song,official video,full song,lyrical song,"
    "video song,title song,playlist"
)

# Said on a channel of somebody else, these tell that the picture is not the artist's.
UNOFFICIAL = folded(
    "reupload,reuploaded,copyright,minecraft,roblox,fortnite,sims,gta,lego,anime,animation,"
    "style,gacha,sonic,naruto,parody,edit,amv,gmv,fan,coursework,project,assignment,my,opening,ending,ncs,but"
)

# A separated tail of these words is a genre or an advertisement, not a part of the name.
MUSICAL = folded(
    "80s,90s,70s,60s,2000s,best,top,greatest,rap,hop,rnb,reggaeton,salsa,edm,trap,piano,guitar,"
    "covers,instrumentals,instrumental,romantic,tropical,afro,summer,party,progressive,organic,"
    "lyrics,melodic,workout,focus,coffee,cafe,remix,mashup,mashups,nonstop,calm,healing,mix,"
    "playlist,music,hits,beats,chill,lofi,songs,vibes,jazz,house,relax,radio,chillout,anthems,"
    "classics,disco,soul,bossa,lounge,ambient,megamix,lo,study,sleep,techno,vol,set,nightcore,"
    "remixes,collection,sunset,hit,ballads,deep,trance,dance,sessions,session,song,album"
)

FLAGS = {
    "remaster": "remaster",
    "remastered": "remaster",
    "4k": "4k",
    "2160p": "4k",
    "uhd": "4k",
    "8k": "8k",
    "hd": "hd",
    "1080p": "hd",
    "720p": "hd",
    "hq": "hq",
    "upgrade": "upscaled",
    "upscale": "upscaled",
    "upscaled": "upscaled",
    "explicit": "explicit",
    "uncensored": "explicit",
    "dirty": "explicit",
    "clean": "clean",
    "censored": "clean",
}

OFFICIAL_WORDS = folded(
    "official,oficial,oficjalny,oficjalne,officiel,officielle,offizielles,offizieller,ufficiale,"
    "resmi,orijinal,официальный,официальное,zyrtare,zyrtar,officiell,officiele,공식,公式,官方"
)
PICTURE_WORDS = folded(
    "video,videos,mv,pv,clip,clipe,videoclip,videoclipe,klip,film,musikvideo,teledysk,клип,"
    "видео,видеоклип,videoja,klipi,뮤직비디오"
)

# Beside "official" these tell that it is of music, and not of a car or a film.
OF_MUSIC = folded("music,mv,song,musikvideo,teledysk,videoklip,뮤직비디오,clipe,klip,officiel")

# A run of words at the end of a name that starts with one of these may be taken off.
TAIL_OPENERS = OFFICIAL_WORDS | folded(
    "music,lyric,lyrics,lyrical,full,hd,hq,4k,8k,uhd,1080p,720p,mv,pv,video,videoclip,"
    "videoclipe,clip,clipe,offizielles,audio,visualizer,visualiser,karaoke,dance,performance,"
    "special,live,with,con,com,mit,avec,musikvideo,teledysk,animated,nightcore,slowed,sped,bass,"
    "8d,remastered,en,ao,in,vertical,choreography,relay"
)
TAIL_WORDS = DECORATION | FILLER | TAIL_OPENERS | folded("practice,boosted,up,reverb,vivo,directo")
TAIL_ALONE = folded(
    "hd,hq,4k,8k,uhd,1080p,720p,mv,pv,lyrics,lyrical,visualizer,visualiser,videoclip,karaoke,"
    "remaster,remastered"
)
