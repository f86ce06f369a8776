#ifdef ISOFLOP_MPI

#include "CMPI.h"

#include <string.h>

/* Debian lays the headers into a folder of their own; a compiler wrapper or -I finds them bare. */
#if __has_include(<mpi.h>)
#include <mpi.h>
#else
#include <mpi/mpi.h>
#endif

int cmpi_start(void) {
  int provided = 0;
  int code = MPI_Init_thread(NULL, NULL, MPI_THREAD_SERIALIZED, &provided);
  if (code != MPI_SUCCESS) return code;
  if (provided < MPI_THREAD_SERIALIZED) return MPI_ERR_OTHER;
  return MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
}

int cmpi_finish(void) { return MPI_Finalize(); }

void cmpi_abort(int status) { MPI_Abort(MPI_COMM_WORLD, status); }

int cmpi_places(int *rank, int *count, int *local_count) {
  int code = MPI_Comm_rank(MPI_COMM_WORLD, rank);
  if (code != MPI_SUCCESS) return code;
  code = MPI_Comm_size(MPI_COMM_WORLD, count);
  if (code != MPI_SUCCESS) return code;
  MPI_Comm local;
  code = MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &local);
  if (code != MPI_SUCCESS) return code;
  code = MPI_Comm_size(local, local_count);
  int freed = MPI_Comm_free(&local);
  return code != MPI_SUCCESS ? code : freed;
}

int cmpi_barrier(void) { return MPI_Barrier(MPI_COMM_WORLD); }

int cmpi_broadcast(void *bytes, size_t count) {
  /* MPI counts with int. */
  const size_t most = (size_t)1 << 30;
  for (size_t start = 0; start < count; start += most) {
    size_t part = count - start < most ? count - start : most;
    int code = MPI_Bcast((char *)bytes + start, (int)part, MPI_BYTE, 0, MPI_COMM_WORLD);
    if (code != MPI_SUCCESS) return code;
  }
  return MPI_SUCCESS;
}

int cmpi_gather(const void *own, void *all, int count) {
  return MPI_Allgather(own, count, MPI_BYTE, all, count, MPI_BYTE, MPI_COMM_WORLD);
}

int cmpi_exchange(const float *own, float *received, const int *counts, const int *starts) {
  int rank, size;
  int code = MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  if (code != MPI_SUCCESS) return code;
  code = MPI_Comm_size(MPI_COMM_WORLD, &size);
  if (code != MPI_SUCCESS) return code;
  int received_counts[size], received_starts[size];
  for (int other = 0; other < size; other++) {
    received_counts[other] = counts[rank];
    received_starts[other] = other * counts[rank];
  }
  return MPI_Alltoallv(own, counts, starts, MPI_FLOAT, received, received_counts, received_starts,
                       MPI_FLOAT, MPI_COMM_WORLD);
}

int cmpi_collect(float *all, const int *counts, const int *starts) {
  return MPI_Allgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, all, counts, starts, MPI_FLOAT,
                        MPI_COMM_WORLD);
}

void cmpi_error_text(int code, uint8_t *text, int capacity) {
  char whole[MPI_MAX_ERROR_STRING];
  int length = 0;
  if (capacity <= 0) return;
  if (MPI_Error_string(code, whole, &length) != MPI_SUCCESS) length = 0;
  int kept = length < capacity - 1 ? length : capacity - 1;
  memcpy(text, whole, (size_t)kept);
  text[kept] = 0;
}

#else

/* Some compilers warn of an empty file. */
typedef int cmpi_is_not_built;

#endif
