"""A Speech resource at work: its sessions, what it uses and costs, whether it works, and the words for what fails."""
