/* Makes every sync of a file take SALVE_SYNC_MS milliseconds, as a slow disk does; preloaded by bench/group_commit.py. */
#include <stdlib.h>
#include <time.h>

static void wait_ms(void)
{
    const char *text = getenv("SALVE_SYNC_MS");
    long ms = text ? atol(text) : 0;
    struct timespec left = {ms / 1000, ms % 1000 * 1000000L};
    nanosleep(&left, NULL);
}

int fsync(int file)
{
    (void)file;
    wait_ms();
    return 0;
}

int fdatasync(int file)
{
    (void)file;
    wait_ms();
    return 0;
}
