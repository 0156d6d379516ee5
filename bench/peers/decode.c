/* Decodes a packed frame to float32 with cfitsio, so often, on one thread and into the same memory: decode OUTPUT TIMES FRAME
 *
 * Prints a JSON object with the median of the seconds that one time takes, on the wall and of the processor; OUTPUT becomes the pixels, in the
 * machine's byte order. One time more, before, does not count.
 */
#include <fitsio.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double seconds(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return time.tv_sec + time.tv_nsec * 1e-9;
}

static int ascending(const void *one, const void *other) {
  double a = *(const double *)one, b = *(const double *)other;
  return (a > b) - (a < b);
}

static double median(double *values, int count) {
  qsort(values, count, sizeof *values, ascending);
  return (values[(count - 1) / 2] + values[count / 2]) / 2;
}

/* The pixels go to *values, which is allocated the first time. Returns how many they are. */
static long decode(const char *path, float **values) {
  fitsfile *file;
  long axes[2] = {0, 0};
  int status = 0, has_missing = 0;
  fits_open_image(&file, path, READONLY, &status);
  fits_get_img_size(file, 2, axes, &status);
  long pixels = axes[0] * axes[1];
  if (!status && !*values) *values = malloc(pixels * sizeof **values);
  if (!status && !*values) exit(1);
  fits_read_img(file, TFLOAT, 1, pixels, NULL, *values, &has_missing, &status);
  fits_close_file(file, &status);
  if (status) {
    fits_report_error(stderr, status);
    exit(1);
  }
  return pixels;
}

int main(int count, char **words) {
  if (count != 4 || atoi(words[2]) < 1) return 2;
  int times = atoi(words[2]);
  double *walls = malloc(times * sizeof *walls), *processors = malloc(times * sizeof *processors);
  float *values = NULL;
  size_t pixels = decode(words[3], &values);
  for (int time = 0; time < times; time++) {
    double wall = seconds(CLOCK_MONOTONIC), processor = seconds(CLOCK_PROCESS_CPUTIME_ID);
    decode(words[3], &values);
    walls[time] = seconds(CLOCK_MONOTONIC) - wall;
    processors[time] = seconds(CLOCK_PROCESS_CPUTIME_ID) - processor;
  }
  FILE *output = fopen(words[1], "wb");
  if (!output || fwrite(values, sizeof *values, pixels, output) != pixels || fclose(output)) return 1;
  printf("{\"wall\": %.9f, \"cpu\": %.9f}\n", median(walls, times), median(processors, times));
  return 0;
}
