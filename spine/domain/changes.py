"""What can happen to entities, by name: the kinds of change that the outbox keeps and every way out of it tells."""

KINDS: dict[str, str] = {
    "linked": "Records that belonged to nobody belong to this entity now.",
    "merged": "All of this entity's records went to another entity, which was there before.",
    "split": "Some of this entity's records, or all of them but to several, went to other entities.",
    "renamed": "The entity goes on under another id: the record that its id came from was deleted.",
    "unlinked": "Records of this entity were deleted; it goes on without them.",
    "deleted": "The entity is no more, and its records belong to nobody.",
    "confirmed": "Two records were asserted to be one person or organisation.",
    "rejected": "Two records were asserted not to be one.",
    "withdrawn": "What was asserted of two records was taken back.",
    "household_changed": "The person is in other households than before.",
    "parent_changed": "The organisation has another ultimate parent than before.",
    "consent_changed": "The purposes that the person consents to are others than before.",
    "resolved": "So much changed at once that it is not told one by one: read the snapshot anew.",
}
"""Each kind, and what it says. All but `resolved` are of one entity, named in `entity`."""
MOVING = ("linked", "merged", "split", "renamed", "unlinked", "deleted")
"""The kinds that say in `moves` which records belong to which entity from now on."""
FEED = "feed"
"""The cause of writes that only note who has been told what: they change nothing that anybody resolves or reads."""
