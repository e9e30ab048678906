"""How bytes travel: serial ports, USB HID, Bluetooth LE, memory, files."""
