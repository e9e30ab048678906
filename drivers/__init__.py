"""How bytes travel: serial ports, Bluetooth LE, memory, files."""
