"""What sentences of English and French say: who is named, how the named things relate, where a clause begins and ends.

Pure text: nothing here knows figures or passages.
"""
