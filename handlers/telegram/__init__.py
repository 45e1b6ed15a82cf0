"""The Telegram door. With the wiring in `bot`, the only place that imports `telegram`."""
