"""How changes leave: as CloudEvents, by page and by stream, to webhooks, to and from Kafka."""
