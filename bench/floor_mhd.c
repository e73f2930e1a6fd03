/*
 * The floor of a status call: libmicrohttpd as it comes, with the server's threads, that answers
 * every request with the bytes of a file and looks at nothing.
 *
 *     floor_mhd FILE THREADS       prints "ready http=127.0.0.1:PORT"; SIGTERM ends it
 */
#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { ANSWER_MAX = 64 << 20 };

/* NOLINTNEXTLINE(readability-function-size): the parameters are the library's */
static enum MHD_Result answer(void *context, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_size, void **request)
{
    static int seen;
    (void)url, (void)method, (void)version, (void)upload;
    if (*request == NULL) {
        *request = &seen;
        return MHD_YES;
    }
    if (*upload_size > 0) {
        *upload_size = 0;
        return MHD_YES;
    }
    return MHD_queue_response(connection, MHD_HTTP_OK, context);
}

static size_t read_answer(const char *path, char *body)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
        exit(1);
    }
    size_t len = fread(body, 1, ANSWER_MAX, file);
    (void)fclose(file);
    return len;
}

int main(int argc, char **argv)
{
    static char body[ANSWER_MAX];
    if (argc != 3) {
        (void)fprintf(stderr, "usage: floor_mhd FILE THREADS\n");
        return 2;
    }
    unsigned threads = (unsigned)strtoul(argv[2], NULL, 10);
    struct MHD_Response *response =
        MHD_create_response_from_buffer(read_answer(argv[1], body), body, MHD_RESPMEM_PERSISTENT);
    MHD_add_response_header(response, "Content-Type", "application/json; charset=utf-8");
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000001)};
    struct MHD_Daemon *daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, answer, response, MHD_OPTION_SOCK_ADDR,
        (struct sockaddr *)&address, MHD_OPTION_THREAD_POOL_SIZE, threads, MHD_OPTION_END);
    if (daemon == NULL) {
        (void)fprintf(stderr, "floor_mhd: cannot start\n");
        return 1;
    }
    (void)printf("ready http=127.0.0.1:%d\n",
                 MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
    (void)fflush(stdout);
    (void)pause();
    return 0;
}
