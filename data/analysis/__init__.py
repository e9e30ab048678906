"""From force curves to numbers: numpy only, pure; every number carries its method."""
