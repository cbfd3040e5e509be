// Writes what a TensorFlow library has registered: its ops (OpList) and its kernels (KernelList), as serialized protocol buffers.
// Usage: dump-registries OUT_FOLDER LIBRARY...   (the libraries in the order in which they need each other)
// It needs no TensorFlow header: the five functions of the C interface are the same in 2.9 and 2.21 (tensorflow/c/c_api.h).
#include <dlfcn.h>

#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

struct Buffer {  // TF_Buffer, tensorflow/c/tf_buffer.h
  const void* data;
  size_t length;
  void (*deallocator)(void* data, size_t length);
};

[[noreturn]] void fail(const char* what, const char* why) {
  std::fprintf(stderr, "%s: %s\n", what, why == nullptr ? "unknown" : why);
  std::exit(1);
}

template <typename Function>
Function* find(void* library, const char* name) {
  void* symbol = dlsym(RTLD_DEFAULT, name);
  if (symbol == nullptr) symbol = dlsym(library, name);
  if (symbol == nullptr) fail(name, dlerror());
  return reinterpret_cast<Function*>(symbol);
}

void write(const std::string& path, const Buffer* buffer) {
  if (buffer == nullptr) fail(path.c_str(), "TensorFlow gave nothing");
  std::FILE* file = std::fopen(path.c_str(), "wb");
  if (file == nullptr) fail(path.c_str(), "cannot be written");
  if (std::fwrite(buffer->data, 1, buffer->length, file) != buffer->length) fail(path.c_str(), "is not whole");
  if (std::fclose(file) != 0) fail(path.c_str(), "cannot be closed");
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 3) fail("usage", "dump-registries OUT_FOLDER LIBRARY...");
  void* library = nullptr;
  for (int i = 2; i < count; i++) {
    // Lazy: a Python wheel's library names functions of Python that nobody calls here.
    library = dlopen(arguments[i], RTLD_LAZY | RTLD_GLOBAL);
    if (library == nullptr) fail(arguments[i], dlerror());
  }
  const std::string out = arguments[1];
  void* status = find<void*()>(library, "TF_NewStatus")();
  write(out + "/ops.pb", find<Buffer*()>(library, "TF_GetAllOpList")());
  write(out + "/kernels.pb", find<Buffer*(void*)>(library, "TF_GetAllRegisteredKernels")(status));
  if (find<int(const void*)>(library, "TF_GetCode")(status) != 0) fail("TF_GetAllRegisteredKernels", "has a bad status");
  std::puts(find<const char*()>(library, "TF_Version")());
  std::fflush(stdout);
  std::_Exit(0);  // without the libraries' own exits, which wait for threads
}
