/* The schemas that rows become, of every type that a field or a member can have. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "api/openapi_schemas.h"
#include "api/pages.h"

/* In rows ' stands for ", so that JSON can be read. */
static void expect_text(struct json_out *out, const char *text)
{
    struct bytes written = json_text(out);
    char *got = g_strndup((const char *)written.at, written.len);
    char *want = g_strdelimit(g_strdup(text), "'", '"');
    assert_string_equal(got, want);
    g_free(want);
    g_free(got);
    json_free(out);
}

/* The request of a method with that one field beside those that every method has. */
static void expect_field(const struct param_row *row, const char *schema)
{
    struct json_out out = {0};
    const struct api_method m = {
        .name = "TryIt", .prefix = PREFIX_USER, .is_open = true, .params = row, .param_count = 1};
    openapi_request(&m, &out);
    char *text = g_strdup_printf("{'type':'object','properties':{'F':%s},'required':[%s]}", schema,
                                 row->required ? "'F'" : "");
    expect_text(&out, text);
    g_free(text);
}

static void test_fields(void **state)
{
    (void)state;
    static const struct {
        struct param_row row;
        const char *schema;
    } rows[] = {
        {{.name = "F", .type = PARAM_TEXT, .required = true, .max = 9, .doc = "d"},
         "{'type':'string','description':'d','maxLength':9}"},
        {{.name = "F", .type = PARAM_TEXT, .doc = "d"},
         "{'type':'string','description':'d','maxLength':4096}"},
        {{.name = "F", .type = PARAM_SECRET, .required = true, .max = 128, .doc = "d"},
         "{'type':'string','description':'d','maxLength':128}"},
        {{.name = "F", .type = PARAM_INT, .min = -5, .max = 7, .doc = "d"},
         "{'type':'integer','description':'d','minimum':-5,'maximum':7}"},
        {{.name = "F", .type = PARAM_INT, .may_be_null = true, .max = 7, .doc = "d"},
         "{'type':['integer','null'],'description':'d','minimum':0,'maximum':7}"},
        {{.name = "F", .type = PARAM_DECIMAL, .max = 90, .doc = "d"},
         "{'type':'number','description':'d','minimum':0,'maximum':90}"},
        {{.name = "F", .type = PARAM_BOOL, .doc = "d"}, "{'type':'boolean','description':'d'}"},
        {{.name = "F", .type = PARAM_TIME, .doc = "d"}, "{'type':'string','description':'d'}"},
        {{.name = "F", .type = PARAM_LIST, .required = true, .doc = "d"},
         "{'type':['string','array'],'description':'d','maxLength':262144,'maxItems':10000,"
         "'items':{'type':'string','pattern':'^[^,]*$'}}"},
        {{.name = "F", .type = PARAM_IDS, .max = 64, .doc = "d"},
         "{'type':'array','description':'d','maxItems':64,'items':{'type':'integer'}}"},
        {{.name = "F", .type = PARAM_OBJECTS, .max = 3, .doc = "d"},
         "{'type':'array','description':'d','maxItems':3,'items':{'type':'object'}}"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        expect_field(&rows[i].row, rows[i].schema);
    }
}

/* ---- replies ---- */

static void expect_member(const struct reply_member *m, const char *schema)
{
    struct json_out out = {0};
    const struct reply_row r = {.shape = REPLY_OBJECT, .members = m, .count = 1};
    openapi_data(&r, &out);
    char *text =
        g_strdup_printf("{'type':'object','properties':{'M':%s},'required':['M']}", schema);
    expect_text(&out, text);
    g_free(text);
}

static void test_members(void **state)
{
    (void)state;
    static const struct {
        struct reply_member member;
        const char *schema;
    } rows[] = {
        {{.name = "M", .type = REPLY_TEXT, .doc = "d"}, "{'type':'string','description':'d'}"},
        {{.name = "M", .type = REPLY_INT, .doc = "d"}, "{'type':'integer','description':'d'}"},
        {{.name = "M", .type = REPLY_INT, .nullable = true, .doc = "d"},
         "{'type':['integer','null'],'description':'d'}"},
        {{.name = "M", .type = REPLY_NUMBER, .doc = "d"}, "{'type':'number','description':'d'}"},
        {{.name = "M", .type = REPLY_BOOL, .doc = "d"}, "{'type':'boolean','description':'d'}"},
        {{.name = "M", .type = REPLY_FLAG, .doc = "d"},
         "{'type':'integer','enum':[0,1],'description':'d'}"},
        {{.name = "M", .type = REPLY_TIME, .nullable = true, .doc = "d"},
         "{'type':['string','null'],'pattern':'^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:"
         "[0-9]{2}$','description':'d'}"},
        {{.name = "M", .type = REPLY_IDS, .doc = "d"},
         "{'type':'array','items':{'type':'integer'},'description':'d'}"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        expect_member(&rows[i].member, rows[i].schema);
    }
}

static const struct reply_member members[] = {
    {.name = "A", .type = REPLY_TEXT, .example = "\"x\"", .doc = "a"},
    {.name = "B", .type = REPLY_INT, .example = "7", .doc = "b"},
};

/* A method that answers in that shape. */
static struct api_method answering(enum reply_shape shape, size_t count)
{
    return (struct api_method){
        .name = "TryIt",
        .reply = {.shape = shape, .string_example = "\"s\"", .members = members, .count = count}};
}

static void test_shapes(void **state)
{
    (void)state;
    static const struct {
        enum reply_shape shape;
        const char *schema;
        const char *example;
    } rows[] = {
        {REPLY_NULL, "{'type':'null'}", "null"},
        {REPLY_STRING, "{'type':'string'}", "'s'"},
        {REPLY_OBJECT,
         "{'type':'object','properties':{'A':{'type':'string','description':'a'},"
         "'B':{'type':'integer','description':'b'}},'required':['A','B']}",
         "{'A':'x','B':7}"},
        {REPLY_PAGE,
         "{'type':'object','properties':{'total':{'type':'integer'},'data':{'type':'array',"
         "'items':{'type':'object','properties':{'A':{'type':'string','description':'a'},"
         "'B':{'type':'integer','description':'b'}},'required':['A','B']}}},"
         "'required':['total','data']}",
         "{'total':1,'data':[{'A':'x','B':7}]}"},
        {REPLY_LIST,
         "{'type':'array','items':{'type':'object','properties':{'A':{'type':'string',"
         "'description':'a'},'B':{'type':'integer','description':'b'}},'required':['A','B']}}",
         "[{'A':'x','B':7}]"},
        {REPLY_NAMES, "{'type':'array','items':{'type':['string','null']}}", "'s'"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct json_out out = {0};
        struct json_out example = {0};
        const struct api_method m = answering(rows[i].shape, COUNT_OF(members));
        openapi_data(&m.reply, &out);
        expect_text(&out, rows[i].schema);
        openapi_write_example(&m, &example);
        char *text = g_strdup_printf("{'Code':200,'Data':%s,'ErrMsg':null}", rows[i].example);
        expect_text(&example, text);
        g_free(text);
    }
}

/* What stands beside the rows of a page, and where there are none of an object. */
static void test_what_stands_beside(void **state)
{
    (void)state;
#define ONE_MEMBER                                                                                 \
    "{'type':'object','properties':{'A':{'type':'string','description':'a'}},'required':['A']}"
#define WRAPPED    "{'type':'object','properties':{'data':" ONE_MEMBER "},'required':['data']}"
#define ROWS_OF_IT "'total':{'type':'integer'},'data':{'type':'array','items':" ONE_MEMBER "}"
    static const struct {
        struct reply_row row;
        const char *schema;
    } rows[] = {
        {{.shape = REPLY_DATA, .members = members, .count = 1}, WRAPPED},
        {{.shape = REPLY_DATA, .members = members, .count = 1, .may_be_nothing = true},
         "{'anyOf':[" WRAPPED ",{'type':'object','properties':{'total':{'const':0},"
         "'data':{'type':'array','maxItems':0}},'required':['total','data']}]}"},
        {{.shape = REPLY_PAGE, .members = members, .count = 1, .path = PATH_WHERE_EMPTY},
         "{'type':'object','properties':{" ROWS_OF_IT ",'correct_path':{'type':'array',"
         "'maxItems':0}},'required':['total','data']}"},
        {{.shape = REPLY_PAGE, .members = members, .count = 1, .path = PATH_ALWAYS},
         "{'type':'object','properties':{" ROWS_OF_IT ",'correct_path':{'type':['array','null'],"
         "'items':{'type':'object','properties':{'x':{'type':'string'},'y':{'type':'string'}},"
         "'required':['x','y']},'description':'Longitude and latitude, GCJ-02; null where the "
         "path could not be corrected'}},'required':['total','data','correct_path']}"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct json_out out = {0};
        openapi_data(&rows[i].row, &out);
        expect_text(&out, rows[i].schema);
    }
}

/* ---- envelopes ---- */

static void test_successes(void **state)
{
    (void)state;
    struct json_out out = {0};
    struct json_out example = {0};
    struct api_method m = answering(REPLY_NULL, 0);
    openapi_success(&m, &out);
    expect_text(&out, "{'title':'Success','type':'object','required':['Code','Data','ErrMsg'],"
                      "'properties':{'Code':{'const':200},'Data':{'$ref':'#/components/schemas/"
                      "TryIt'},'ErrMsg':{'const':null}}}");
    m.success = "Ok";
    struct json_out named = {0};
    openapi_success(&m, &named);
    expect_text(&named, "{'title':'Success','type':'object','required':['Code','Data','ErrMsg'],"
                        "'properties':{'Code':{'const':200},'Data':{'$ref':'#/components/schemas/"
                        "TryIt'},'ErrMsg':{'const':'Ok'}}}");
    openapi_write_example(&m, &example);
    expect_text(&example, "{'Code':200,'Data':null,'ErrMsg':'Ok'}");
}

#define FAILURE(code, data)                                                                        \
    "{'title':'Failure','type':'object','required':['Code','Data','ErrMsg'],'properties':"         \
    "{'Code':" code ",'Data':{'type':" data "},'ErrMsg':{'type':'string'}}}"

static void test_failures(void **state)
{
    (void)state;
    static const struct code_row codes[] = {{401, "a"}, {4009, "b"}};
    struct json_out any = {0};
    openapi_failure(NULL, 0, NULL, &any);
    expect_text(&any, FAILURE("{'type':'integer'}", "'null'"));
    struct json_out some = {0};
    openapi_failure(codes, COUNT_OF(codes), NULL, &some);
    expect_text(&some, FAILURE("{'type':'integer','enum':[401,4009]}", "'null'"));
    struct json_out with_text = {0};
    openapi_failure(codes, 1, "string", &with_text);
    expect_text(&with_text, FAILURE("{'type':'integer','enum':[401]}", "['string','null']"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fields),    cmocka_unit_test(test_members),
        cmocka_unit_test(test_shapes),    cmocka_unit_test(test_what_stands_beside),
        cmocka_unit_test(test_successes), cmocka_unit_test(test_failures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
