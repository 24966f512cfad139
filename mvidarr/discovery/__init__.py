"""Finding an artist's music videos: reading titles, weighing evidence, asking the finders."""
