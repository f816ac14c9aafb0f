package dev.ashlar.examples.bench;

import java.util.Map;

/** What was measured of one piece of work. */
record Result(Section section, String name, int size, int threads, Map<Figure, Double> figures) {}
