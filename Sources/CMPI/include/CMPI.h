#pragma once

/* A thin door to MPI.
 *
 * MPI's handles are macros that Swift cannot read, and every implementation spells them in its own
 * way. The functions here know one communicator, that of all processes the launcher started. They
 * return MPI's error code, which is 0 for success. Calls of one process never overlap.
 *
 * Without the package trait MPI the file behind this header is empty, and no header of MPI is
 * needed. */

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Joins the other processes; once a process. Later failures are returned, not fatal. */
int cmpi_start(void);

/* Leaves the other processes; once a process, after which nothing else may be called. */
int cmpi_finish(void);

/* Ends all processes with a status, wherever they are. */
void cmpi_abort(int status);

/* The number of this process, from 0 on; of all processes; and of those on this machine. */
int cmpi_places(int *rank, int *count, int *local_count);

/* Waits until every process has come here. */
int cmpi_barrier(void);

/* Copies bytes from process 0 to all others. */
int cmpi_broadcast(void *bytes, size_t count);

/* Gathers the same number of bytes from every process, in the order of the ranks. */
int cmpi_gather(const void *own, void *all, int count);

/* Sends a slice of `own` to each process and receives one from each: the slice of rank r begins at
 * starts[r] and has counts[r] numbers; what comes from rank r lies at r times the own slice's
 * count. */
int cmpi_exchange(const float *own, float *received, const int *counts, const int *starts);

/* Gathers the slices of all processes into each: that of rank r is already in its place there. */
int cmpi_collect(float *all, const int *counts, const int *starts);

/* Writes what an error code means, with its zero: at most `capacity` bytes. */
void cmpi_error_text(int code, uint8_t *text, int capacity);

#ifdef __cplusplus
}
#endif
