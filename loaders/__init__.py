"""Sources as plug-ins: files of many formats, read through mappings that are data, and mappings found by looking."""
