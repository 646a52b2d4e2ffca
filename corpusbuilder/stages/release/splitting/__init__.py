"""What belongs together when a corpus is split: texts, passages and figures that are alike, and who goes where."""
