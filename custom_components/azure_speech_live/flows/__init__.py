"""The forms of resources, and of all that is added to one."""
