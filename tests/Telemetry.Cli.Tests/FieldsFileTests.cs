using System.Text;
using Telemetry.Cli.Configuration;
using Telemetry.Query;
using Telemetry.Store;

namespace Telemetry.Cli.Tests;

public sealed class FieldsFileTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Cli _cli = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void EachAttributeBecomesAFieldOfItsType()
    {
        var fields = Good(
            """
            # what the shop asks for
            fields:
              order.total: { type: double, from: labels.order.total }
              queue.depth: { type: long }            # from labels.queue.depth
              "tenant.plan":
                type: keyword
                from: "labels.the plan"
              request.started: { type: date }
              cache.hit: { type: boolean }
              peer.address: { type: ip }
              http.note: { type: text }
            """);

        Assert.Equal(
            [
                ("order.total", FieldType.Double, "order.total"), ("queue.depth", FieldType.Long, "queue.depth"),
                ("tenant.plan", FieldType.Keyword, "the plan"), ("request.started", FieldType.Date, "request.started"),
                ("cache.hit", FieldType.Boolean, "cache.hit"), ("peer.address", FieldType.Ip, "peer.address"), ("http.note", FieldType.Text, "http.note"),
            ],
            fields.All.Select(field => (field.Field.Name, field.Field.Type, field.From)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing yet\n")]
    [InlineData("fields:\n")]
    [InlineData("fields: {}")]
    [InlineData("---\nfields: ~\n...\n")]
    public void AFileMayBeEmpty(string text) => Assert.Empty(Good(text).All);

    [Theory]
    [InlineData("fields: [a]", "1: a map of names is expected after 'fields'")]
    [InlineData("- a", "1: a map with the key 'fields' is expected")]
    [InlineData("just text", "1: a map with the key 'fields' is expected")]
    [InlineData("\nfield: {}", "2: field is no key here; 'fields' is")]
    [InlineData("fields: {}\nfields: {}", "2: 'fields' is given twice")]
    [InlineData("fields:\n  a: long", "2: a: a map such as { type: long } is expected")]
    [InlineData("fields:\n  a: { typ: long }", "2: a: typ is no key here; type and from are")]
    [InlineData("fields:\n  a: { type: long, type: long }", "2: a: type is given twice")]
    [InlineData("fields:\n  a: {}", "2: a: type has to be one of keyword, text, long, double, date, boolean, ip")]
    [InlineData("fields:\n  a: { type: Long }", "2: a: type has to be one of keyword, text, long, double, date, boolean, ip, not 'Long'")]
    [InlineData("fields:\n  a: { type: 2 }", "2: a: type has to be one of keyword, text, long, double, date, boolean, ip, not '2'")]
    [InlineData("fields:\n  a: { type: [long] }", "2: a: type is a text")]
    [InlineData("fields:\n  a: { type: long, from: a }", "2: a: from has to begin with labels., not 'a'")]
    [InlineData("fields:\n  a: { type: long, from: labels. }", "2: a: the attribute's path has 1 to 200 bytes after labels.")]
    [InlineData("fields:\n  b: { type: long }\n  A: { type: long }", "3: A: a name is made of a-z, 0-9 and _, in parts that begin with a letter and are joined by dots")]
    [InlineData("fields:\n  message: { type: text }", "2: message: it is a known field, which is set anyway")]
    [InlineData("fields:\n  a: { type: long }\n  a: { type: long }", "3: a: the name is given twice")]
    [InlineData("fields:\n  a: { type: long }\n  a.b: { type: long }", "3: a.b: a is promoted as well, and a field cannot be part of another")]
    [InlineData("fields:\n  a: &x { type: long }\n  b: *x", "2: a: a map such as { type: long } is expected")]
    [InlineData("fields:\n  &x a: { type: long }", "2: a field's name is a text")]
    [InlineData("fields:\n  a: !!map { type: long }", "2: a: a map such as { type: long } is expected")]
    [InlineData("fields:\n  a: { type: !!str long }", "2: a: type is a text")]
    [InlineData("fields:\n  ? [a]\n  : { type: long }", "2: a field's name is a text")]
    [InlineData("fields: {}\n---\nfields: {}", "2: there is one document in a file")]
    public void WhatIsWrongIsNamedWithItsLine(string text, string problem) => Assert.Equal([$"f.yaml:{problem}"], Problems(text));

    [Theory]
    [InlineData("fields: {")]
    [InlineData("fields:\n\ta: { type: long }")]
    [InlineData("fields:\n  a: { type: \"long }")]
    [InlineData("%YAML 9.9\n---\nfields: {}")]
    [InlineData("fields: *nowhere")]
    [InlineData("\u0000\u0001\u0002")]
    [InlineData("fields:\n  a: { type: long }\n b: {}")]
    [InlineData("<<: *x")]
    [InlineData("]")]
    public void WhatIsNoYamlIsToldOnceWithALine(string text) =>
        Assert.Matches("^f.yaml:[0-9]+: ", Assert.Single(Problems(text)));

    [Fact]
    public void AllProblemsComeAtOnceAndNotWithoutEnd()
    {
        Assert.Equal(2, Problems("fields:\n  A: { type: long }\n  b: { type: long }\n  c: { type: int }").Count);
        Assert.Equal(20, Problems("fields:\n" + string.Concat(Enumerable.Range(0, 2000).Select(i => $"  A{i}: {{ type: x }}\n"))).Count);
    }

    [Fact]
    public void FieldsAreBounded()
    {
        static string File(int count) => "fields:\n" + string.Concat(Enumerable.Range(0, count).Select(i => $"  f{i}: {{ type: long }}\n"));

        Assert.Equal(200, Good(File(200)).All.Count);
        Assert.Equal(["f.yaml:202: f200: there may be 200 fields at most"], Problems(File(201)));
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{")]
    [InlineData("? ")]
    [InlineData("- ")]
    [InlineData("{a: ")]
    [InlineData("\"")]
    [InlineData("&a ")]
    [InlineData("!")]
    [InlineData("|\n ")]
    public void DepthCostsNothing(string piece)
    {
        var deep = string.Concat(Enumerable.Repeat(piece, FieldsFile.MaxBytes / piece.Length));

        Assert.NotEmpty(Problems(deep));
        Assert.NotEmpty(Problems($"fields:\n  a: {deep}"));
        Assert.NotEmpty(Problems($"fields:\n  a: {{ type: {deep}"));
    }

    [Fact]
    public void AliasesThatGrowWithoutBoundAreNotFollowed() => Assert.Single(Problems(
        "a: &a [x,x,x,x,x,x,x,x]\n" + string.Concat("bcdefghi".Select(c => $"{c}: &{c} [{string.Join(',', Enumerable.Repeat($"*{(char)(c - 1)}", 8))}]\n"))));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void WhateverIsInItIsReadOrRefused(int seed)
    {
        const string Good = "fields:\n  order.total: { type: double, from: labels.order.total }\n  queue.depth:\n    type: long\n";
        var random = new Random(seed);
        for (var round = 0; round < 2000; round++)
        {
            var text = new StringBuilder(Good);
            for (var n = random.Next(1, 6); n > 0; n--)
            {
                var at = random.Next(text.Length);
                _ = random.Next(3) switch
                {
                    0 => text.Remove(at, 1),
                    1 => text.Insert(at, "{}[]:,&*!|>'\"%@`#-?~ \n\t\0x.\uFEFF\u2028\uD800"[random.Next(29)]),
                    _ => text.Insert(at, text.ToString(0, random.Next(at + 1))),
                };
            }

            List<string> problems = [];
            var fields = FieldsFile.Parse("f.yaml", text.ToString(), problems);
            Assert.True(problems.Count == 0 || fields.All.Count == 0);
            Assert.All(problems, problem => Assert.Matches("^f.yaml:[0-9]+: ", problem));
        }
    }

    [Fact]
    public void AFileThatIsTooLargeOrNoTextOrNotThereIsRefused()
    {
        var large = _directory["large.yaml"];
        File.WriteAllText(large, new string('#', FieldsFile.MaxBytes + 1));
        var binary = _directory["binary.yaml"];
        File.WriteAllBytes(binary, [(byte)'f', 0xFF, 0xFE]);
        List<string> problems = [];

        foreach (var path in (string[])[large, binary, _directory["missing.yaml"], _directory.Path, "/dev/zero", ""])
        {
            Assert.Empty(FieldsFile.Read(path, problems).All);
        }

        Assert.Equal(5, problems.Count);
        Assert.Equal($"{large}: has more than 64 KiB", problems[0]);
        Assert.Equal($"{binary}: is no UTF-8", problems[1]);
        Assert.Contains("missing.yaml", problems[2], StringComparison.Ordinal);
        Assert.Equal("/dev/zero: has more than 64 KiB", problems[4]);
    }

    [Fact]
    public void AByteOrderMarkIsNoText()
    {
        var path = _directory["bom.yaml"];
        File.WriteAllText(path, "fields:\n  a: { type: long }\n", new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
        List<string> problems = [];

        Assert.Single(FieldsFile.Read(path, problems).All);
        Assert.Empty(problems);
    }

    [Theory]
    [InlineData("up")]
    [InlineData("indexer")]
    [InlineData("store install --store http://127.0.0.1:1")]
    public async Task WhoeverWritesTheStoreRefusesAFileThatIsWrong(string command)
    {
        var path = Write("fields.yaml", "fields:\n  a: { type: int }\n  B: { type: long }\n");

        var result = await _cli.RunAsync([.. command.Split(' '), "--data", _directory["data"], "--fields", path]);

        Assert.Equal((2, ""), (result.ExitCode, result.Out));
        Assert.Contains($"{path}:2: a: type has to be one of", result.Error, StringComparison.Ordinal);
        Assert.Contains($"{path}:3: B: a name is made of", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheFileIsNamedByFlagEnvironmentOrConfigurationElseItLiesBesideTheConfiguration()
    {
        _cli.ConfigurationFile = Write("telemetry.json", "{}");
        Assert.Equal("", await FileAsync());

        var beside = Write("fields.yaml", "fields:");
        Assert.Equal(beside, await FileAsync());

        string[] files = [.. "abcd".Select(c => Write($"{c}.yaml", "fields:"))];
        Write("telemetry.json", $$"""{ "fields": "{{files[0]}}" }""");
        Assert.Equal(files[0], await FileAsync());

        Write("telemetry.json", $$"""{ "fields": { "file": "{{files[1]}}" } }""");
        Assert.Equal(files[1], await FileAsync());

        _cli.Environment["TELEMETRY_FIELDS"] = files[2];
        Assert.Equal(files[2], await FileAsync());
        Assert.Equal(files[3], await FileAsync("--fields", files[3]));
        Assert.Equal("", await FileAsync("--fields", ""));
    }

    [Fact]
    public async Task TheFileBesideAConfigurationThatIsNamedCounts()
    {
        var named = Write("named.json", "{}");
        var beside = Write("fields.yaml", "fields:");

        Assert.Equal(beside, await FileAsync("--config", named));
    }

    [Fact]
    public async Task WhoeverOnlyReadsDoesNotNeedTheFile()
    {
        _cli.Environment["TELEMETRY_FIELDS"] = Write("fields.yaml", "no fields");
        using var server = new FakeServer();
        _cli.Transport = server;
        server.Answer("/api/v1/crashes?limit=100", """{"crashes":[]}""");

        Assert.Equal(0, (await _cli.RunAsync("crashes")).ExitCode);
    }

    private async Task<string> FileAsync(params string[] args)
    {
        var shown = await _cli.RunAsync(["config", "show", "--json", .. args]);
        Assert.Equal((0, ""), (shown.ExitCode, shown.Error));
        return System.Text.Json.Nodes.JsonNode.Parse(shown.Out)!["fields.file"]!["value"]!.ToString();
    }

    private string Write(string name, string text)
    {
        File.WriteAllText(_directory[name], text);
        return _directory[name];
    }

    private static PromotedFields Good(string text)
    {
        List<string> problems = [];
        var fields = FieldsFile.Parse("f.yaml", text, problems);
        Assert.Empty(problems);
        return fields;
    }

    private static List<string> Problems(string text)
    {
        List<string> problems = [];
        Assert.Empty(FieldsFile.Parse("f.yaml", text, problems).All);
        return problems;
    }
}
