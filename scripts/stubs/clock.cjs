// Loaded before the program, for reproducible pictures: it is noon on 20 November 2026, and everything takes almost no time.
Date.now = () => Date.UTC(2026, 10, 20, 12);
const now = performance.now.bind(performance);
performance.now = () => now() / 100;
