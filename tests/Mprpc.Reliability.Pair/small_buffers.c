/* Gives each socket of a process small buffers, whatever the program asks for: LD_PRELOAD=libsmall_buffers.so MPRPC_SOCKET_BUFFER=4096.
   A connection of a listener takes the listener's sizes over only with TCP, hence accept4. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/socket.h>

static void shrink(int fd)
{
    const char *text = getenv("MPRPC_SOCKET_BUFFER");
    int size = text ? atoi(text) : 0;

    if (fd >= 0 && size > 0)
    {
        setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    }
}

int socket(int domain, int type, int protocol)
{
    int (*next)(int, int, int) = (int (*)(int, int, int))dlsym(RTLD_NEXT, "socket");
    int fd = next(domain, type, protocol);
    shrink(fd);
    return fd;
}

int accept4(int listener, struct sockaddr *address, socklen_t *length, int flags)
{
    int (*next)(int, struct sockaddr *, socklen_t *, int) = (int (*)(int, struct sockaddr *, socklen_t *, int))dlsym(RTLD_NEXT, "accept4");
    int fd = next(listener, address, length, flags);
    shrink(fd);
    return fd;
}

int accept(int listener, struct sockaddr *address, socklen_t *length)
{
    int (*next)(int, struct sockaddr *, socklen_t *) = (int (*)(int, struct sockaddr *, socklen_t *))dlsym(RTLD_NEXT, "accept");
    int fd = next(listener, address, length);
    shrink(fd);
    return fd;
}
