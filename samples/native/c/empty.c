__attribute__((visibility("default"))) int nothing(void) { return 0; }
