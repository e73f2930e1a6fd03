#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <glib.h>
#include <jansson.h>

#include "api/call.h"
#include "api/pages.h"

static json_t *load(const struct json_out *out)
{
    json_error_t error;
    struct bytes text = json_text(out);
    json_t *root = json_loadb((const char *)text.at, text.len, JSON_REJECT_DUPLICATES, &error);
    if (root == NULL) {
        fail_msg("%s at %d", error.text, error.position);
    }
    return root;
}

/* The operation of a method. */
static json_t *post_of(const json_t *root, const struct api_method *m)
{
    char path[METHOD_PATH_SIZE];
    method_path(m, path);
    return json_object_get(json_object_get(json_object_get(root, "paths"), path), "post");
}

static json_t *schemas_of(const json_t *root)
{
    return json_object_get(json_object_get(root, "components"), "schemas");
}

/* The schemas of its fields. */
static json_t *request_fields(const json_t *root, const struct api_method *m)
{
    char name[128];
    (void)snprintf(name, sizeof(name), "%sRequest", m->name);
    return json_object_get(json_object_get(schemas_of(root), name), "properties");
}

static void test_the_document_holds_every_row(void **state)
{
    (void)state;
    struct json_out out = {0};
    openapi_write(&out);
    json_t *root = load(&out);
    assert_string_equal(json_string_value(json_object_get(root, "openapi")), "3.1.0");
    json_t *paths = json_object_get(root, "paths");
    json_t *schemas = schemas_of(root);
    size_t count = 0;
    for (const struct api_method *m = methods_at(0); m != NULL; m = methods_at(++count)) {
        assert_non_null(post_of(root, m));
        assert_int_equal(json_object_get(schemas, m->name) == NULL, m->is_file);
        const json_t *schema = request_fields(root, m);
        size_t common = 0;
        for (enum common_param which = 0; which < COMMON_PARAMS; which++) {
            common += method_takes(m, which);
            assert_true(!method_takes(m, which) ||
                        json_object_get(schema, common_params[which].name) != NULL);
        }
        assert_int_equal(json_object_size(schema), m->param_count + common);
    }
    assert_int_equal(json_object_size(paths), count + 1); /* and the live stream */
    json_decref(root);
    json_free(&out);
}

static bool lists(const json_t *post, const char *list, int code)
{
    char name[16];
    (void)snprintf(name, sizeof(name), "%d", code);
    const json_t *found = json_object_get(json_object_get(post, list), name);
    if (found != NULL && strcmp(list, "x-codes") == 0) {
        assert_true(json_string_length(found) > 0);
    }
    return found != NULL;
}

/* What is called by GET, too, is described so; the stream answers events. */
static void test_queries(void **state)
{
    (void)state;
    struct json_out out = {0};
    openapi_write(&out);
    json_t *root = load(&out);
    json_t *paths = json_object_get(root, "paths");
    json_t *get = json_object_get(json_object_get(paths, "/api/snapshot"), "get");
    json_t *first = json_array_get(json_object_get(get, "parameters"), 0);
    assert_string_equal(json_string_value(json_object_get(first, "in")), "query");
    assert_non_null(json_object_get(json_object_get(first, "schema"), "type"));
    assert_null(json_object_get(json_object_get(paths, "/api/user/LogOut"), "get"));
    const char *const verbs[] = {"get", "post"};
    for (size_t i = 0; i < COUNT_OF(verbs); i++) {
        json_t *live = json_object_get(json_object_get(paths, "/api/live"), verbs[i]);
        json_t *done = json_object_get(json_object_get(live, "responses"), "200");
        json_t *content = json_object_get(done, "content");
        assert_non_null(json_object_get(content, "text/event-stream"));
        assert_non_null(json_object_get(content, "application/json")); /* of failures */
        assert_true(lists(live, "x-codes", 401));
    }
    json_decref(root);
    json_free(&out);
}

/* The first field of that type which a method takes; NULL where it takes none. */
static const struct param_row *param_of_type(const struct api_method *m, enum param_type type,
                                             bool may_be_null)
{
    for (size_t i = 0; i < m->param_count; i++) {
        if (m->params[i].type == type && m->params[i].may_be_null == may_be_null) {
            return &m->params[i];
        }
    }
    return NULL;
}

/* The schema of the first field of that type; NULL where no method has one. */
static const json_t *schema_of_type(const json_t *root, enum param_type type, bool may_be_null)
{
    size_t count = 0;
    for (const struct api_method *m = methods_at(0); m != NULL; m = methods_at(++count)) {
        const struct param_row *row = param_of_type(m, type, may_be_null);
        if (row != NULL) {
            return json_object_get(request_fields(root, m), row->name);
        }
    }
    return NULL;
}

static void expect_types(const json_t *schema, const char *first, const char *second)
{
    const json_t *types = json_object_get(schema, "type");
    assert_int_equal(json_array_size(types), 2);
    assert_string_equal(json_string_value(json_array_get(types, 0)), first);
    assert_string_equal(json_string_value(json_array_get(types, 1)), second);
}

/* A list may be an array, and null stands where it is a value. */
static void test_fields_of_two_types(void **state)
{
    (void)state;
    struct json_out out = {0};
    openapi_write(&out);
    json_t *root = load(&out);
    const json_t *list = schema_of_type(root, PARAM_LIST, false);
    expect_types(list, "string", "array");
    assert_int_equal(json_integer_value(json_object_get(list, "maxItems")), PARAM_LIST_ITEMS);
    assert_int_equal(json_integer_value(json_object_get(list, "maxLength")), PARAM_LIST_BYTES);
    const json_t *items = json_object_get(list, "items");
    assert_string_equal(json_string_value(json_object_get(items, "type")), "string");
    assert_string_equal(json_string_value(json_object_get(items, "pattern")), "^[^,]*$");
    expect_types(schema_of_type(root, PARAM_INT, true), "integer", "null");
    const json_t *text = json_object_get(schema_of_type(root, PARAM_TEXT, false), "type");
    assert_string_equal(json_string_value(text), "string");
    json_decref(root);
    json_free(&out);
}

/* What a client may hear of every method of a kind is in the document, too. */
static void test_failures_are_listed(void **state)
{
    (void)state;
    struct json_out out = {0};
    openapi_write(&out);
    json_t *root = load(&out);
    json_t *responses = json_object_get(json_object_get(root, "components"), "responses");
    assert_int_equal(json_object_size(responses), 4);
    size_t count = 0;
    size_t throttled = 0;
    for (const struct api_method *m = methods_at(0); m != NULL; m = methods_at(++count)) {
        const json_t *post = post_of(root, m);
        bool limited = m->role > ROLE_VIEWER || m->whole_enterprise;
        assert_true(lists(post, "x-codes", 200));
        bool may_fail = m->reads_cookie || (!m->is_open && !m->answers_in_data);
        assert_int_equal(lists(post, "x-codes", 401), may_fail);
        assert_true(lists(post, "x-codes", 403) || !limited || m->answers_in_data);
        assert_true(lists(post, "x-codes", 500) || m->fault == FAULT_401);
        assert_true(lists(post, "x-codes", 404) || !m->needs_enterprise ||
                    m->prefix != PREFIX_MANAGE);
        assert_true(lists(post, "responses", 200));
        assert_true(lists(post, "responses", 400));
        assert_true(lists(post, "responses", 413));
        assert_true(lists(post, "responses", 503));
        assert_int_equal(lists(post, "responses", 429), lists(post, "x-codes", 429));
        bool is_shared = m->share == SHARE_NOW || m->share == SHARE_PAST;
        assert_true(lists(post, "responses", 429) || !is_shared);
        throttled += lists(post, "responses", 429) && !is_shared;
    }
    assert_int_equal(throttled, 3); /* GetLoginToken, ChangePassword, AddDownload */
    json_decref(root);
    json_free(&out);
}

/* A row without a name, a sentence, a handler or a whole reply fails here. */
static void test_every_row_is_complete(void **state)
{
    (void)state;
    size_t count = 0;
    for (const struct api_method *m = methods_at(0); m != NULL; m = methods_at(++count)) {
        bool is_job = m->where == WHERE_JOB || m->where == WHERE_PASSWORD;
        assert_true(m->name[0] != '\0' && m->doc[strlen(m->doc) - 1] == '.');
        assert_true((m->change != NULL) == is_job);
        assert_true((m->run != NULL) == (!is_job || m->reply.shape != REPLY_NULL));
        assert_true(m->param_count <= PARAMS_MAX);
        for (size_t i = 0; i < m->param_count; i++) {
            assert_non_null(m->params[i].name);
            assert_true(m->params[i].doc[0] != '\0');
            assert_true(m->params[i].min <= m->params[i].max);
        }
        bool is_text = m->reply.shape == REPLY_STRING || m->reply.shape == REPLY_NAMES;
        bool has_members = m->reply.shape != REPLY_NULL && !is_text;
        assert_true((m->reply.count > 0) == has_members);
        assert_true((m->reply.string_example != NULL) == is_text);
    }
    assert_true(count > 20);
}

/* Section 26 has a path, section 27 an empty one where nothing is found. */
static void test_pages_name_their_members(void **state)
{
    (void)state;
    struct json_out out = {0};
    openapi_write(&out);
    json_t *root = load(&out);
    size_t count = 0;
    for (const struct api_method *m = methods_at(0); m != NULL; m = methods_at(++count)) {
        json_t *schema = json_object_get(schemas_of(root), m->name);
        json_t *path = json_object_get(json_object_get(schema, "properties"), "correct_path");
        size_t required = m->section == 26 ? 3 : 2;
        assert_int_equal(path != NULL, m->section == 26 || m->section == 27);
        assert_true(m->reply.shape != REPLY_PAGE ||
                    json_array_size(json_object_get(schema, "required")) == required);
    }
    json_decref(root);
    json_free(&out);
}

/* The two envelopes that a call of the method may be answered with. */
static json_t *envelope_of(const json_t *root, const struct api_method *m, size_t which)
{
    json_t *answer = json_object_get(json_object_get(post_of(root, m), "responses"), "200");
    json_t *type = json_object_get(json_object_get(answer, "content"), "application/json");
    json_t *either = json_object_get(json_object_get(type, "schema"), "anyOf");
    return json_object_get(json_array_get(either, which), "properties");
}

static void check_success(const json_t *good, const struct api_method *m, const char *reference)
{
    const json_t *code = json_object_get(json_object_get(good, "Code"), "const");
    const json_t *data = json_object_get(json_object_get(good, "Data"), "$ref");
    const json_t *success = json_object_get(json_object_get(good, "ErrMsg"), "const");
    assert_int_equal(json_integer_value(code), 200);
    assert_string_equal(json_string_value(data), reference);
    assert_int_equal(g_strcmp0(json_string_value(success), m->success), 0);
}

static void test_envelopes_say_success_and_failure(void **state)
{
    (void)state;
    struct json_out out = {0};
    openapi_write(&out);
    json_t *root = load(&out);
    size_t count = 0;
    for (const struct api_method *m = methods_at(0); m != NULL; m = methods_at(++count)) {
        char reference[128];
        const json_t *good = envelope_of(root, m, 0);
        const json_t *bad = envelope_of(root, m, m->is_file ? 0 : 1); /* of a file the only one */
        (void)snprintf(reference, sizeof(reference), "#/components/schemas/%s", m->name);
        if (!m->is_file) {
            check_success(good, m, reference);
        }
        const json_t *codes = json_object_get(json_object_get(bad, "Code"), "enum");
        assert_int_equal(json_array_size(codes) + 1,
                         json_object_size(json_object_get(post_of(root, m), "x-codes")));
    }
    json_decref(root);
    json_free(&out);
}

/* Objects alone cannot be sent as a form. */
static void test_bodies_of_two_types(void **state)
{
    (void)state;
    struct json_out out = {0};
    openapi_write(&out);
    json_t *root = load(&out);
    size_t count = 0;
    size_t without = 0;
    for (const struct api_method *m = methods_at(0); m != NULL; m = methods_at(++count)) {
        const json_t *types =
            json_object_get(json_object_get(post_of(root, m), "requestBody"), "content");
        assert_non_null(json_object_get(types, "application/json"));
        without += json_object_get(types, "application/x-www-form-urlencoded") == NULL;
    }
    assert_int_equal(without, 6); /* AddDevices, AddSIMs, geofences, alarm rules and GetPlaces */
    json_decref(root);
    json_free(&out);
}

static bool fits(const struct reply_member *m, const json_t *value)
{
    if (json_is_null(value)) {
        return m->nullable;
    }
    switch (m->type) {
    case REPLY_INT:
        return json_is_integer(value);
    case REPLY_FLAG:
        return json_is_integer(value) && json_integer_value(value) >> 1 == 0;
    case REPLY_NUMBER:
        return json_is_number(value);
    case REPLY_BOOL:
        return json_is_boolean(value);
    case REPLY_IDS:
    case REPLY_TEXTS:
    case REPLY_ARRAYS:
    case REPLY_OBJECTS:
    case REPLY_ERRORS:
    case REPLY_SMS:
        return json_is_array(value);
    case REPLY_ANY:
        return true;
    case REPLY_OBJECT_OF_TEXTS:
    case REPLY_HINT:
    case REPLY_MAP:
    case REPLY_SHARE:
        return json_is_object(value);
    default:
        return json_is_string(value);
    }
}

static void check_member(const struct api_method *m, const struct reply_member *member,
                         const json_t *data)
{
    const json_t *value = json_object_get(data, member->name);
    if (value == NULL || !fits(member, value)) {
        fail_msg("%s: %s", m->name, member->name);
    }
}

static void check_example(const struct api_method *m, json_t *root)
{
    const json_t *data = json_object_get(root, "Data");
    if (m->reply.shape == REPLY_PAGE) {
        assert_int_equal(json_integer_value(json_object_get(data, "total")), 1);
        data = json_array_get(json_object_get(data, "data"), 0);
    } else if (m->reply.shape == REPLY_SPANS) {
        assert_int_equal(json_integer_value(json_object_get(data, "of")), 1);
        assert_true(json_is_null(json_object_get(data, "next")));
        data = json_array_get(json_object_get(data, "data"), 0);
    }
    if (m->reply.shape == REPLY_DATA) {
        data = json_object_get(data, "data");
    } else if (m->reply.shape == REPLY_LIST) {
        data = json_array_get(data, 0);
    } else if (m->reply.shape == REPLY_NAMES) {
        assert_true(json_array_size(data) > 0);
    }
    for (size_t i = 0; i < m->reply.count; i++) {
        check_member(m, &m->reply.members[i], data);
    }
    assert_int_equal(json_object_size(data), m->reply.count);
    if (m->reply.shape == REPLY_STRING) {
        assert_true(json_is_string(data));
    }
}

/* ErrMsg of a success, as the document prints it section by section. */
static const char *success_of(int section)
{
    if (section < 29) {
        return NULL;
    }
    if (section == 29) {
        return "Ok";
    }
    return section <= 32 ? "Success" : "OK";
}

static void test_every_row_has_an_example_of_its_reply(void **state)
{
    (void)state;
    size_t count = 0;
    for (const struct api_method *m = methods_at(0); m != NULL; m = methods_at(++count)) {
        struct json_out out = {0};
        openapi_write_example(m, &out);
        json_t *root = load(&out);
        assert_int_equal(json_integer_value(json_object_get(root, "Code")), 200);
        const char *success = json_string_value(json_object_get(root, "ErrMsg"));
        assert_int_equal(g_strcmp0(success, success_of(m->section)), 0);
        check_example(m, root);
        json_decref(root);
        json_free(&out);
    }
}

static void test_the_page_names_the_demo_only_when_it_runs(void **state)
{
    (void)state;
    assert_non_null(strstr(page_text(false), "/api/openapi.json"));
    assert_null(strstr(page_text(false), "<b>demo</b>"));
    assert_non_null(strstr(page_text(true), "<b>demo</b>"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_document_holds_every_row),
        cmocka_unit_test(test_fields_of_two_types),
        cmocka_unit_test(test_queries),
        cmocka_unit_test(test_bodies_of_two_types),
        cmocka_unit_test(test_pages_name_their_members),
        cmocka_unit_test(test_envelopes_say_success_and_failure),
        cmocka_unit_test(test_failures_are_listed),
        cmocka_unit_test(test_every_row_is_complete),
        cmocka_unit_test(test_every_row_has_an_example_of_its_reply),
        cmocka_unit_test(test_the_page_names_the_demo_only_when_it_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
