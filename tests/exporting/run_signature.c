/* Loads a SavedModel as servers do and runs one signature, without Python.
 *
 *   run_signature EXPORT (in NAME INDEX DTYPE FILE RANK SIZE...)... (out NAME INDEX FILE)...
 *
 * NAME and INDEX are a tensor's operation and output number, DTYPE is TensorFlow's number of it,
 * and each FILE holds the bytes of one tensor. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tensorflow/c/c_api.h"

#define MOST 16

static void check(int ok, const char *what) {
  if (ok) return;
  fprintf(stderr, "run_signature: %s\n", what);
  exit(1);
}

static TF_Output find(TF_Graph *graph, const char *name, const char *index) {
  TF_Output output = {TF_GraphOperationByName(graph, name), atoi(index)};
  check(output.oper != NULL, name);
  return output;
}

static TF_Tensor *read_tensor(TF_DataType dtype, const char *path, const int64_t *sizes, int rank) {
  size_t bytes = TF_DataTypeSize(dtype);
  for (int i = 0; i < rank; ++i) bytes *= (size_t)sizes[i];
  TF_Tensor *tensor = TF_AllocateTensor(dtype, sizes, rank, bytes);
  FILE *file = fopen(path, "rb");
  check(file && fread(TF_TensorData(tensor), 1, bytes, file) == bytes, path);
  fclose(file);
  return tensor;
}

static void write_tensor(const char *path, const TF_Tensor *tensor) {
  size_t bytes = TF_TensorByteSize(tensor);
  FILE *file = fopen(path, "wb");
  check(file && fwrite(TF_TensorData(tensor), 1, bytes, file) == bytes, path);
  check(fclose(file) == 0, path);
}

int main(int argc, char **argv) {
  TF_Status *status = TF_NewStatus();
  TF_SessionOptions *options = TF_NewSessionOptions();
  TF_Graph *graph = TF_NewGraph();
  const char *tags[] = {"serve"};
  check(argc > 1, "an export is needed");
  TF_Session *session = TF_LoadSessionFromSavedModel(options, NULL, argv[1], tags, 1, graph, NULL,
                                                     status);
  check(TF_GetCode(status) == TF_OK, TF_Message(status));

  TF_Output inputs[MOST], outputs[MOST];
  TF_Tensor *given[MOST], *answers[MOST];
  const char *paths[MOST];
  int num_inputs = 0, num_outputs = 0;
  for (int i = 2; i < argc;) {
    if (strcmp(argv[i], "in") == 0) {
      int64_t sizes[MOST];
      int rank = atoi(argv[i + 5]);
      for (int j = 0; j < rank; ++j) sizes[j] = atoll(argv[i + 6 + j]);
      inputs[num_inputs] = find(graph, argv[i + 1], argv[i + 2]);
      given[num_inputs++] = read_tensor(atoi(argv[i + 3]), argv[i + 4], sizes, rank);
      i += 6 + rank;
    } else {
      outputs[num_outputs] = find(graph, argv[i + 1], argv[i + 2]);
      paths[num_outputs++] = argv[i + 3];
      i += 4;
    }
  }
  TF_SessionRun(session, NULL, inputs, given, num_inputs, outputs, answers, num_outputs, NULL, 0,
                NULL, status);
  check(TF_GetCode(status) == TF_OK, TF_Message(status));
  for (int i = 0; i < num_outputs; ++i) write_tensor(paths[i], answers[i]);
  return 0;
}
