"""What operators run beside the server or before it; `cli` adds these commands to its own."""
