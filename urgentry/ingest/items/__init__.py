"""What is done with each type of envelope item; one module for a type."""
