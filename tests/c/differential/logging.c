/* Differential program: what the environment and the masks let through, and the line each message becomes.
 *
 * The environment is read when the library is loaded, so the program runs itself again with each setting and reads
 * what that wrote to its error output. */
#define _GNU_SOURCE
#include "legacy.h"

#include <proton/connection.h>
#include <proton/connection_driver.h>
#include <proton/logger.h>
#include <proton/session.h>
#include <proton/transport.h>

#include <sys/wait.h>
#include <unistd.h>

/* Opens a connection to nobody and hears the end of the stream. */
static void talk(void)
{
    pn_connection_driver_t driver;
    pn_connection_driver_init(&driver, NULL, NULL);
    pn_connection_set_container(driver.connection, "me");
    pn_transport_set_max_frame(driver.transport, 512);
    pn_connection_open(driver.connection);
    for (int i = 0; i < 4; i++) {
        while (pn_connection_driver_next_event(&driver)) {}
        pn_bytes_t out = pn_connection_driver_write_buffer(&driver);
        pn_connection_driver_write_done(&driver, out.size);
        if (i == 1) pn_connection_driver_read_close(&driver);
        if (i == 2) pn_connection_driver_write_close(&driver);
    }
    pn_connection_driver_log(&driver, "from the driver");
    pn_connection_driver_logf(&driver, "%s %d", "formatted", 1);
    pn_connection_driver_destroy(&driver);
}

static void say_line(char *line)
{
    char *level = strchr(line, ']');
    /* What is in the raw lines differs from release to release. */
    if (strstr(line, ":  RAW:")) snprintf(level + 1, 20, ": raw");
    say("%s", without_addresses(line));
}

/* Runs this program again in a mode, with a variable set, and prints what it logged. */
static void run_with(const char *mode, const char *variable, const char *value)
{
    int ends[2];
    if (pipe(ends)) return;
    say("%s=%s", variable, value);
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], 2);
        close(ends[0]);
        close(ends[1]);
        setenv(variable, value, 1);
        execl("/proc/self/exe", "logging", mode, (char *)NULL);
        _exit(1);
    }
    close(ends[1]);
    FILE *lines = fdopen(ends[0], "r");
    char line[4096];
    while (fgets(line, sizeof line, lines)) {
        line[strcspn(line, "\n")] = '\0';
        say_line(line);
    }
    fclose(lines);
    int status = 0;
    waitpid(child, &status, 0);
    say("status %d", status);
}

static void booleans_of_the_environment(void)
{
    section("environment booleans");
    static const char *const values[] = {"1", "true", "TRUE", "yes", "on", "On", "2", "", "0", "off", "y", "1 ", "truely"};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) run_with("talk", "PN_TRACE_FRM", values[i]);
}

static void every_trace_variable(void)
{
    section("environment variables");
    run_with("talk", "PN_TRACE_RAW", "1");
    run_with("talk", "PN_TRACE_DRV", "1");
    run_with("talk", "PN_TRACE_EVT", "1");
    run_with("talk", "PN_NOTHING", "1");
}

static void words_of_pn_log(void)
{
    section("environment words");
    static const char *const values[] = {"FRAME", "frame", "xxFRAMEyy", "error", "debug", "trace", "info", "warning", "raw+", "all", "TRACE+",
                                         "info+", "frame debug", "debugframe", "fram", ""};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) run_with("talk", "PN_LOG", values[i]);
}

static void lines_have_a_form(void)
{
    section("log lines");
    run_with("lines", "PN_NOTHING", "1");
}

static void lines(void)
{
    pn_logger_t *logger = pn_default_logger();
    for (unsigned subsystem = 0; subsystem < 8; subsystem++)
        for (unsigned level = 0; level < 9; level++)
            if (level != 7) pn_logger_logf(logger, (pn_log_subsystem_t)(1u << subsystem), (pn_log_level_t)(1u << level), "%u/%u", subsystem, level);
    pn_logger_logf(logger, PN_SUBSYSTEM_ALL, PN_LEVEL_ALL, "all");
    pn_logger_logf(logger, PN_SUBSYSTEM_NONE, PN_LEVEL_NONE, "none");
    pn_logger_logf(logger, PN_SUBSYSTEM_IO, PN_LEVEL_INFO, "%s", "");
    pn_logger_logf(logger, PN_SUBSYSTEM_IO, PN_LEVEL_INFO, "two\nlines");
    pn_transport_log(NULL, "without a transport");
    pn_transport_logf(NULL, "%d", 5);
}

int main(int count, char **arguments)
{
    if (count > 1) {
        if (!strcmp(arguments[1], "talk")) talk();
        else lines();
        return 0;
    }
    booleans_of_the_environment();
    every_trace_variable();
    words_of_pn_log();
    lines_have_a_form();
    return 0;
}
