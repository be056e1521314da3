// Loaded before the program, for reproducible pictures: it is noon on 27 November 2026, not before the release, and everything takes almost no time.
Date.now = () => Date.UTC(2026, 10, 27, 12);
const now = performance.now.bind(performance);
performance.now = () => now() / 100;
