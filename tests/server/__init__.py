"""What only our own server can be asked, or is asked more often than anybody else's should be."""
