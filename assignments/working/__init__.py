"""Work time: measured on the server from what is done, corrected by whoever worked, shown to them and to managers."""
