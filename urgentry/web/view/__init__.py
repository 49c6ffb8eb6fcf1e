"""From domain types and stored events to what templates print; pure."""
