// A bare Node process.
