/*
 * A Vulkan driver under SwiftShader's name that hands every call to Mesa's lavapipe.
 *
 * On Linux, Chromium gives WebGPU a Vulkan device only if the device can share images with the compositor, which lavapipe
 * cannot, or if it is Chromium's own SwiftShader. That one it loads by file name from its own folder and knows by the ids that the
 * device reports. SwiftShader has no 16-bit shader arithmetic and lavapipe has; so this library takes SwiftShader's place and ids, and
 * WebGPU pages on a machine without a GPU see `shader-f16`.
 *
 * HALFTONE_LAVAPIPE names libvulkan_lvp.so. Needs no Vulkan headers: only the first fields of two structures are touched.
 */
#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define PUBLIC __attribute__((visibility("default")))

typedef void (*Function)(void);
typedef Function (*Lookup)(void *owner, const char *name);
typedef int32_t (*Negotiate)(uint32_t *version);

/* The beginnings of VkPhysicalDeviceProperties and VkPhysicalDeviceProperties2. */
struct Properties { uint32_t apiVersion, driverVersion, vendorId, deviceId; };
struct Properties2 { int32_t type; void *next; struct Properties properties; };

enum { SWIFTSHADER_VENDOR = 0x1AE0, SWIFTSHADER_DEVICE = 0xC0DE, SUCCESS = 0, INCOMPATIBLE_DRIVER = -9 };

static void (*askProperties)(void *device, struct Properties *);
static void (*askProperties2)(void *device, struct Properties2 *);

static void *inLavapipe(const char *name) {
  static void *library;
  if (!library) {
    const char *path = getenv("HALFTONE_LAVAPIPE");
    if (path) library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  }
  return library ? dlsym(library, name) : NULL;
}

static void pretend(struct Properties *properties) {
  properties->vendorId = SWIFTSHADER_VENDOR;
  properties->deviceId = SWIFTSHADER_DEVICE;
}

static void properties(void *device, struct Properties *out) {
  askProperties(device, out);
  pretend(out);
}

static void properties2(void *device, struct Properties2 *out) {
  askProperties2(device, out);
  pretend(&out->properties);
}

static int32_t noLayers(uint32_t *count, void *layers) {
  (void)layers;
  *count = 0;
  return SUCCESS;
}

PUBLIC Function vk_icdGetInstanceProcAddr(void *instance, const char *name) {
  Lookup lookup = (Lookup)inLavapipe("vk_icdGetInstanceProcAddr");
  Function found = lookup ? lookup(instance, name) : NULL;
  if (!found) return NULL;
  if (strcmp(name, "vkGetPhysicalDeviceProperties") == 0) {
    askProperties = (void (*)(void *, struct Properties *))found;
    return (Function)properties;
  }
  if (strcmp(name, "vkGetPhysicalDeviceProperties2") == 0 || strcmp(name, "vkGetPhysicalDeviceProperties2KHR") == 0) {
    askProperties2 = (void (*)(void *, struct Properties2 *))found;
    return (Function)properties2;
  }
  return found;
}

PUBLIC Function vkGetInstanceProcAddr(void *instance, const char *name) {
  if (strcmp(name, "vkGetInstanceProcAddr") == 0) return (Function)vkGetInstanceProcAddr;
  if (strcmp(name, "vkEnumerateInstanceLayerProperties") == 0) return (Function)noLayers;
  return vk_icdGetInstanceProcAddr(instance, name);
}

PUBLIC Function vk_icdGetPhysicalDeviceProcAddr(void *instance, const char *name) {
  if (strncmp(name, "vkGetPhysicalDeviceProperties", strlen("vkGetPhysicalDeviceProperties")) == 0) return vk_icdGetInstanceProcAddr(instance, name);
  Lookup lookup = (Lookup)inLavapipe("vk_icdGetPhysicalDeviceProcAddr");
  return lookup ? lookup(instance, name) : NULL;
}

PUBLIC int32_t vk_icdNegotiateLoaderICDInterfaceVersion(uint32_t *version) {
  Negotiate negotiate = (Negotiate)inLavapipe("vk_icdNegotiateLoaderICDInterfaceVersion");
  return negotiate ? negotiate(version) : INCOMPATIBLE_DRIVER;
}
