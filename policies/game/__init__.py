"""What governments choose when each has aims and information of its own."""
