#include "server-cpu.h"

#include "fail.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static bool thread_ns(pid_t pid, const char *thread, unsigned long long *ns) {
  char path[320];
  (void)snprintf(path, sizeof path, "/proc/%d/task/%s/schedstat", pid, thread);
  FILE *file = fopen(path, "re");
  if (file == NULL) return false;
  bool found = fscanf(file, "%llu", ns) == 1;
  if (fclose(file) != 0) fail_errno(path);
  return found;
}

/* proc(5): utime and stime are the 14th and 15th field; the 2nd, the name, ends at the last ')'. */
static uint64_t ticks_ns(pid_t pid) {
  char path[64];
  char line[1024];
  (void)snprintf(path, sizeof path, "/proc/%d/stat", pid);
  FILE *file = fopen(path, "re");
  if (file == NULL) fail_errno(path);
  size_t size = fread(line, 1, sizeof line - 1, file);
  if (fclose(file) != 0) fail_errno(path);
  line[size] = '\0';
  const char *rest = strrchr(line, ')');
  unsigned long user = 0;
  unsigned long system = 0;
  if (rest == NULL || sscanf(rest + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
                             &user, &system) != 2)
    fail(1, "%s is not as proc(5) says", path);
  long a_second = sysconf(_SC_CLK_TCK);
  if (a_second <= 0) fail_errno("sysconf");
  return (uint64_t)(user + system) * (1000000000u / (uint64_t)a_second);
}

uint64_t server_cpu_ns(pid_t pid) {
  char path[64];
  (void)snprintf(path, sizeof path, "/proc/%d/task", pid);
  DIR *threads = opendir(path);
  if (threads == NULL) fail_errno(path);
  uint64_t total = 0;
  bool any = false;
  for (;;) {
    errno = 0;
    struct dirent *entry = readdir(threads);
    if (entry == NULL) break;
    unsigned long long ns = 0;
    if (entry->d_name[0] == '.' || !thread_ns(pid, entry->d_name, &ns)) continue;
    total += ns;
    any = true;
  }
  if (errno != 0) fail_errno(path);
  if (closedir(threads) != 0) fail_errno(path);
  return any ? total : ticks_ns(pid);
}

uint64_t own_cpu_ns(void) {
  struct timespec time;
  if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) != 0) fail_errno("clock_gettime");
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}
