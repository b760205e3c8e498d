/* Functions, properties and files that are watched, and the versions of libraries that others link in. */
extern int __system_property_get(const char *, char *);
extern void *popen(const char *, const char *);
extern int socket(int, int, int), connect(int, const void *, unsigned);
extern void *fopen(const char *, const char *);

const char *const VERSIONS[] = {
    "SQLite format 3", "3.39.2",
    " inflate 1.2.11 Copyright 1995-2017 Mark Adler ",
    "OpenSSL 1.1.1k  25 Mar 2021",
};

__attribute__((visibility("default"))) int look(char *value) {
    __system_property_get("ro.serialno", value);
    popen("getprop", "r");
    fopen("/proc/self/maps", "r");
    fopen("/sys/class/net/wlan0/address", "r");
    return connect(socket(2, 1, 0), value, 16) + (int)(long)VERSIONS[value[0] & 3];
}
