"""The programs that the local cloud is made of: one module each, how to find it, start it and know that it is ready."""
