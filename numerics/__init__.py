"""The numerics room: measures the statements of the theory room by independent routes, with error control."""
