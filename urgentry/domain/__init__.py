"""What the program is about: issues, events, projects, releases, accounts. Pure types and rules."""
