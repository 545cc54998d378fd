"""The speech server that ships with the project: Deepgram's `/v1/listen` over a local model.

Run it with `python -m medcor.speech`; it imports nothing else of medcor. Read in this order:
`protocol` (messages), `segmenter` (when a segment ends), `session` (one stream), `server`.
"""
