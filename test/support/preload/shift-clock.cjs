// Loaded before the program: shifts its clock by this many milliseconds.
const real = Date.now;
Date.now = () => real() + Number(process.env.CLOCK_OFFSET);
