"""YouTube without a key, through yt-dlp in a child: find uploads, fetch one, say what is wrong."""

NAME, TITLE = "youtube", "YouTube"
