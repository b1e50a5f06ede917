using System.Text;
using Telemetry.Store.Elasticsearch.Writing;

namespace Telemetry.Store.Tests.Elasticsearch;

public sealed class BulkAnswerTests
{
    private const string Created = """{"create":{"_index":".ds-a-000001","status":201}}""";
    private readonly BulkAnswer _answer = new();

    [Fact]
    public void ItemsAreReadInTheirOrder()
    {
        Assert.True(Read("""
            {"errors":true,"took":3,"items":[CREATED,CREATED,
              {"create":{"_index":".ds-a-000001","status":400,"error":{"type":"document_parsing_exception","reason":"field [\"a\"]. Preview of field's value: 'x'","caused_by":{"type":"t","reason":"r"}}}},
              {"create":{"_index":".fs-a-000001","status":201,"failure_store":"used"}},CREATED]}
            """.Replace("CREATED", Created, StringComparison.Ordinal), 5));

        Assert.Equal([201, 201, 400, 201, 201], Enumerable.Range(0, 5).Select(item => _answer[item].Status));
        Assert.Equal([false, false, false, true, false], Enumerable.Range(0, 5).Select(item => _answer[item].IsInFailureStore));
        Assert.Equal("""400 document_parsing_exception: field ["a"]""", _answer.Problem(2));
        Assert.Equal(".ds-a-000001", Encoding.UTF8.GetString(_answer.Text(_answer[4].Index)));
    }

    [Theory]
    [InlineData("", 1)]
    [InlineData("null", 1)]
    [InlineData("[]", 1)]
    [InlineData("<html>", 1)]
    [InlineData("{}", 1)]
    [InlineData("""{"items":3}""", 1)]
    [InlineData("""{"items":[3]}""", 1)]
    [InlineData("""{"items":[]}""", 1)]
    [InlineData("""{"items":[{"create":{"status":201}}]}""", 2)]
    [InlineData("""{"items":[{"create":{"status":201}},{"create":{"status":201}}]}""", 1)]
    [InlineData("""{"items":[{"create":{"status":201}}""", 1)]
    [InlineData("""{"items":[{"create":{"status":"x"}}]}""", 1)]
    [InlineData("""{"items":[{"create":[]}]}""", 1)]
    public void WhatIsNoAnswerToSoManyDocumentsIsNotRead(string body, int expected) => Assert.False(Read(body, expected));

    [Fact]
    public void AnyCutOfAnAnswerIsNotRead()
    {
        var body = "{\"errors\":false,\"items\":[" + Created + "," + Created + "]}";
        for (var length = 0; length < body.Length - 1; length++)
        {
            Assert.False(Read(body[..length], 2));
        }

        Assert.True(Read(body, 2));
    }

    [Fact]
    public void ReadingAllocatesNothing()
    {
        var body = Encoding.UTF8.GetBytes($$"""{"errors":false,"items":[{{string.Join(',', Enumerable.Repeat(Created, 1000))}}]}""");
        Assert.True(_answer.TryRead(body, 1000));
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.True(_answer.TryRead(body, 1000));

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory]
    [InlineData(201, "", ItemVerdict.Stored)]
    [InlineData(409, "version_conflict_engine_exception", ItemVerdict.Duplicate)]
    [InlineData(429, "es_rejected_execution_exception", ItemVerdict.Retry)]
    [InlineData(429, "cluster_block_exception", ItemVerdict.RetryBlocked)]
    [InlineData(403, "cluster_block_exception", ItemVerdict.RetryBlocked)]
    [InlineData(403, "security_exception", ItemVerdict.Fault)]
    [InlineData(404, "index_not_found_exception", ItemVerdict.Fault)]
    [InlineData(404, "shard_not_found_exception", ItemVerdict.Refused)]
    [InlineData(400, "document_parsing_exception", ItemVerdict.Refused)]
    [InlineData(413, "", ItemVerdict.Refused)]
    [InlineData(500, "", ItemVerdict.RetryInDoubt)]
    [InlineData(502, "", ItemVerdict.RetryInDoubt)]
    [InlineData(503, "unavailable_shards_exception", ItemVerdict.RetryInDoubt)]
    [InlineData(504, "", ItemVerdict.RetryInDoubt)]
    public void TheMatrixHolds(int status, string type, object verdict) =>
        Assert.Equal((ItemVerdict)verdict, ItemVerdicts.Of(status, Encoding.UTF8.GetBytes(type), isInFailureStore: false));

    private bool Read(string body, int expected) => _answer.TryRead(Encoding.UTF8.GetBytes(body), expected);
}
