/* Stands between a program and its disk (LD_PRELOAD): records every change below one folder, counts writes and syncs, lets the
   n-th of them fail, and makes the disk small. The program under test switches it through the salve_* functions. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define MOST_FILES 1024
enum { NOTHING, WRITES, SYNCS };

static char root[4096];
static int log_fd = -1;
static char *path_of[MOST_FILES];
static uint32_t file_of[MOST_FILES];
static struct { ino_t inode; uint32_t file; } known[4096];
static int known_count;
static uint32_t next_file = 1;
static long writes, syncs, fail_at, fail_seen, disk_bytes, usage;
static int fail_kind, fail_error, fail_sticky;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

#define REAL(name, result, ...) \
    static result (*real)(__VA_ARGS__); \
    if (!real) real = (result (*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

static int real_open(const char *path, int flags, mode_t mode) {
    REAL("open64", int, const char *, int, ...);
    return real(path, flags, mode);
}
static ssize_t real_write(int fd, const void *data, size_t size) {
    REAL("write", ssize_t, int, const void *, size_t);
    return real(fd, data, size);
}
static ssize_t real_pwrite(int fd, const void *data, size_t size, off64_t at) {
    REAL("pwrite64", ssize_t, int, const void *, size_t, off64_t);
    return real(fd, data, size, at);
}

/* ---------- what the program under test may call ---------- */

void salve_watch(const char *folder) { snprintf(root, sizeof root, "%s", folder); }
void salve_fail(int kind, long at, int error, int sticky) {
    fail_kind = kind, fail_at = at, fail_seen = 0, fail_error = error, fail_sticky = sticky;
}
void salve_disk(long bytes) { disk_bytes = bytes; }
void salve_reset(void) { writes = syncs = 0; }
long salve_writes(void) { return writes; }
long salve_syncs(void) { return syncs; }
void salve_record(const char *path) {
    if (log_fd >= 0) close(log_fd);
    known_count = 0, next_file = 1;
    log_fd = path ? real_open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600) : -1;
}

/* ---------- the record: kind, file, offset, two lengths, text, data ---------- */

static void record(char kind, uint32_t file, uint64_t at, const char *text, const void *data, uint32_t size) {
    if (log_fd < 0) return;
    uint32_t length = text ? strlen(text) : 0;
    char *entry = malloc(21 + length + size), *end = entry;
    *end++ = kind;
    memcpy(end, &file, 4), memcpy(end + 4, &at, 8), memcpy(end + 12, &length, 4), memcpy(end + 16, &size, 4);
    end += 20;
    memcpy(end, text, length);
    if (size) memcpy(end + length, data, size);
    real_write(log_fd, entry, 21 + length + size);
    free(entry);
}
void salve_mark(const char *text) { record('M', 0, 0, text, NULL, 0); }

static int below(const char *path) { return root[0] && path && !strncmp(path, root, strlen(root)); }
static int watched(int fd) { return fd >= 0 && fd < MOST_FILES && path_of[fd] != NULL; }

static uint32_t file_by_inode(ino_t inode, int fresh) {
    for (int i = 0; i < known_count; i++)
        if (known[i].inode == inode) {
            if (fresh) known[i].file = next_file++;
            return known[i].file;
        }
    if (known_count == 4096) abort();
    known[known_count].inode = inode, known[known_count].file = next_file++;
    return known[known_count++].file;
}

static int fails(int kind) {
    if (kind == WRITES) writes++;
    if (kind == SYNCS) syncs++;
    if (fail_kind != kind) return 0;
    fail_seen++;
    if (fail_seen != fail_at && !(fail_sticky && fail_seen > fail_at)) return 0;
    errno = fail_error;
    return 1;
}

static int add_size(const char *path, const struct stat *about, int kind, struct FTW *ftw) {
    (void)path, (void)ftw;
    if (kind == FTW_F) usage += (about->st_size + 4095) / 4096 * 4096;
    return 0;
}
static long used(void) {
    usage = 0;
    nftw(root, add_size, 16, FTW_PHYS);
    return usage;
}
static int no_room(int fd, off64_t end) {
    struct stat about;
    if (!disk_bytes || fstat(fd, &about) || end <= (about.st_size + 4095) / 4096 * 4096) return 0;
    if (used() + (end + 4095) / 4096 * 4096 - (about.st_size + 4095) / 4096 * 4096 <= disk_bytes) return 0;
    errno = ENOSPC;
    return 1;
}

/* ---------- calls that stand in the way ---------- */

static int opened(int folder, const char *path, int flags, mode_t mode) {
    REAL("openat64", int, int, const char *, int, ...);
    if (!below(path)) return real(folder, path, flags, mode);
    pthread_mutex_lock(&lock);
    int is_new = access(path, F_OK) != 0;
    int fd = -1;
    if (!(is_new && (flags & O_CREAT) && fails(WRITES))) fd = real(folder, path, flags, mode);
    struct stat about;
    if (fd >= 0 && fd < MOST_FILES && !fstat(fd, &about)) {
        path_of[fd] = strdup(path);
        file_of[fd] = file_by_inode(about.st_ino, is_new);
        if (is_new) record('C', file_of[fd], 0, path, NULL, 0);
        else if (flags & O_TRUNC) record('T', file_of[fd], 0, path, NULL, 0);
    }
    pthread_mutex_unlock(&lock);
    return fd;
}
#define MODE(flags) \
    mode_t mode = 0; \
    if ((flags) & (O_CREAT | __O_TMPFILE)) { va_list rest; va_start(rest, flags); mode = va_arg(rest, mode_t); va_end(rest); }
int open(const char *path, int flags, ...) { MODE(flags) return opened(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags) return opened(AT_FDCWD, path, flags, mode); }
int openat(int folder, const char *path, int flags, ...) { MODE(flags) return opened(folder, path, flags, mode); }
int openat64(int folder, const char *path, int flags, ...) { MODE(flags) return opened(folder, path, flags, mode); }

int close(int fd) {
    REAL("close", int, int);
    if (watched(fd)) free(path_of[fd]), path_of[fd] = NULL;
    return real(fd);
}

static ssize_t written(int fd, const void *data, size_t size, off64_t at, int placed) {
    pthread_mutex_lock(&lock);
    ssize_t done = -1;
    if (!placed) at = lseek64(fd, 0, SEEK_CUR);
    if (!fails(WRITES) && !no_room(fd, at + size)) {
        done = placed ? real_pwrite(fd, data, size, at) : real_write(fd, data, size);
        if (done > 0) record('W', file_of[fd], at, path_of[fd], data, done);
    }
    pthread_mutex_unlock(&lock);
    return done;
}
ssize_t write(int fd, const void *data, size_t size) {
    return watched(fd) ? written(fd, data, size, 0, 0) : real_write(fd, data, size);
}
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) {
    return watched(fd) ? written(fd, data, size, at, 1) : real_pwrite(fd, data, size, at);
}
ssize_t pwrite(int fd, const void *data, size_t size, off_t at) { return pwrite64(fd, data, size, at); }

int ftruncate64(int fd, off64_t size) {
    REAL("ftruncate64", int, int, off64_t);
    if (!watched(fd)) return real(fd, size);
    pthread_mutex_lock(&lock);
    int done = fails(WRITES) ? -1 : real(fd, size);
    if (!done) record('T', file_of[fd], size, path_of[fd], NULL, 0);
    pthread_mutex_unlock(&lock);
    return done;
}
int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }

static int synced(int fd, int (*real)(int)) {
    if (!watched(fd)) return real(fd);
    pthread_mutex_lock(&lock);
    struct stat about;
    int is_folder = !fstat(fd, &about) && S_ISDIR(about.st_mode);
    /* The data may be dropped by the kernel when this fails; the record says so by 'F'. */
    int done = fails(SYNCS) ? -1 : 0;
    record(done ? 'F' : is_folder ? 'D' : 'S', file_of[fd], 0, path_of[fd], NULL, 0);
    pthread_mutex_unlock(&lock);
    return done;
}
int fsync(int fd) { REAL("fsync", int, int); return synced(fd, real); }
int fdatasync(int fd) { REAL("fdatasync", int, int); return synced(fd, real); }

int unlink(const char *path) {
    REAL("unlink", int, const char *);
    if (!below(path)) return real(path);
    int done = real(path);
    if (!done) record('U', 0, 0, path, NULL, 0);
    return done;
}
int mkdir(const char *path, mode_t mode) {
    REAL("mkdir", int, const char *, mode_t);
    int done = real(path, mode);
    if (!done && below(path)) record('K', 0, 0, path, NULL, 0);
    return done;
}
int rename(const char *from, const char *to) {
    REAL("rename", int, const char *, const char *);
    if (!below(from)) return real(from, to);
    int done = real(from, to);
    if (!done) record('R', 0, 0, from, to, strlen(to));
    return done;
}
int statvfs64(const char *path, struct statvfs64 *about) {
    REAL("statvfs64", int, const char *, struct statvfs64 *);
    int done = real(path, about);
    if (!done && disk_bytes && below(path)) {
        long left = disk_bytes - used();
        about->f_frsize = about->f_bsize = 4096;
        about->f_bavail = about->f_bfree = left > 0 ? left / 4096 : 0;
    }
    return done;
}
int statvfs(const char *path, struct statvfs *about) { return statvfs64(path, (struct statvfs64 *)about); }
