#include "server-cpu.h"

#include "fail.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PATH_ROOM 320

static bool add_process(pid_t pid, struct cpu_time *sum);

static uint64_t ns_of_ticks(unsigned long ticks) {
  long a_second = sysconf(_SC_CLK_TCK);
  if (a_second <= 0) fail_errno("sysconf");
  return (uint64_t)ticks * (1000000000u / (uint64_t)a_second);
}

/* proc(5): utime and stime are the 14th and 15th field; the 2nd, the name, ends at the last ')'. */
static bool add_ticks(pid_t pid, struct cpu_time *sum) {
  char path[PATH_ROOM];
  char line[1024];
  (void)snprintf(path, sizeof path, "/proc/%d/stat", pid);
  FILE *file = fopen(path, "re");
  if (file == NULL) return false;
  size_t size = fread(line, 1, sizeof line - 1, file);
  if (fclose(file) != 0) fail_errno(path);
  /* The process can end between open and read. */
  if (size == 0) return false;
  line[size] = '\0';
  const char *rest = strrchr(line, ')');
  unsigned long user = 0;
  unsigned long system = 0;
  if (rest == NULL || sscanf(rest + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
                             &user, &system) != 2)
    fail(1, "%s is not as proc(5) says", path);
  sum->user += ns_of_ticks(user);
  sum->system += ns_of_ticks(system);
  return true;
}

static bool add_thread(pid_t pid, const char *thread, uint64_t *total) {
  char path[PATH_ROOM];
  unsigned long long ns = 0;
  (void)snprintf(path, sizeof path, "/proc/%d/task/%s/schedstat", pid, thread);
  FILE *file = fopen(path, "re");
  if (file == NULL) return false;
  bool found = fscanf(file, "%llu", &ns) == 1;
  if (fclose(file) != 0) fail_errno(path);
  if (found) *total += ns;
  return found;
}

/* Every child is listed by the thread that made it. */
static void add_children(pid_t pid, const char *thread, struct cpu_time *sum) {
  char path[PATH_ROOM];
  int child = 0;
  (void)snprintf(path, sizeof path, "/proc/%d/task/%s/children", pid, thread);
  FILE *file = fopen(path, "re");
  if (file == NULL) return;
  while (fscanf(file, "%d", &child) == 1) (void)add_process(child, sum);
  if (fclose(file) != 0) fail_errno(path);
}

/* False when there is no such process, or no longer. */
static bool add_process(pid_t pid, struct cpu_time *sum) {
  char path[PATH_ROOM];
  struct cpu_time own = {0};
  (void)snprintf(path, sizeof path, "/proc/%d/task", pid);
  DIR *threads = opendir(path);
  if (threads == NULL) return false;
  bool exact = false;
  for (;;) {
    errno = 0;
    struct dirent *entry = readdir(threads);
    if (entry == NULL) break;
    if (entry->d_name[0] == '.') continue;
    if (add_thread(pid, entry->d_name, &own.total)) exact = true;
    add_children(pid, entry->d_name, sum);
  }
  if (errno != 0 && errno != ENOENT && errno != ESRCH) fail_errno(path);
  if (closedir(threads) != 0) fail_errno(path);
  if (!add_ticks(pid, &own)) return false;
  sum->total += exact ? own.total : own.user + own.system;
  sum->user += own.user;
  sum->system += own.system;
  return true;
}

struct cpu_time server_cpu(pid_t pid) {
  struct cpu_time sum = {0};
  if (!add_process(pid, &sum)) fail(1, "--pid: there is no process %d", pid);
  return sum;
}

uint64_t own_cpu_ns(void) {
  struct timespec time;
  if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) != 0) fail_errno("clock_gettime");
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}
