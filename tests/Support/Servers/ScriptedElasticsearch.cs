using System.Collections.Concurrent;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Telemetry.Tests.Support.Servers;

/// <summary>
/// A store on loopback that answers as Elasticsearch does and fails as it is told to. It really stores: by what lies in
/// <see cref="Streams"/> a test says what was lost or stored twice.
/// </summary>
public sealed class ScriptedElasticsearch : IAsyncDisposable
{
    private static readonly JsonSerializerOptions Compact = new() { WriteIndented = false };
    private readonly ConcurrentQueue<BulkFault> _faults = new();
    private readonly ConcurrentDictionary<string, JsonNode> _templates = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _requests = new();
    private WebApplication _app = null!;

    private ScriptedElasticsearch()
    {
    }

    /// <summary>Address, without a slash at its end.</summary>
    public string Url { get; private set; } = "";

    /// <summary>What it holds.</summary>
    public ScriptedStreams Streams { get; } = new();

    /// <summary>Version it says it is.</summary>
    public string Version { get; init; } = "8.19.0";

    /// <summary>Bytes of a body, as sent, above which the answer is 413.</summary>
    public long MaxBodyBytes { get; set; } = long.MaxValue;

    /// <summary>Documents for whose sake the whole request is answered 400.</summary>
    public Func<string, bool> IsPoison { get; set; } = _ => false;

    /// <summary>Answers of single documents by id and source, for as long as it stands.</summary>
    public Func<string, string, ItemFault?> ItemRule { get; set; } = (_, _) => null;

    /// <summary>Status of the answer to a flush of an index; what it does before is done to what the server has.</summary>
    public Func<string, int> FlushRule { get; set; } = _ => 200;

    /// <summary>Answer to everything but <c>GET /</c>; 0 is none.</summary>
    public int Forbids { get; set; }

    /// <summary>Requests by method and path that are answered 403.</summary>
    public Func<string, bool> IsForbidden { get; set; } = _ => false;

    /// <summary>The <c>Authorization</c> header that is wanted; "" is none.</summary>
    public string Authorization { get; set; } = "";

    /// <summary>Method and path of each request so far, in order.</summary>
    public IReadOnlyList<string> Requests => [.. _requests];

    /// <summary>Templates put, by path.</summary>
    public IDictionary<string, JsonNode> Templates => _templates;

    /// <summary>Starts one.</summary>
    public static async Task<ScriptedElasticsearch> StartAsync(string version = "8.19.0")
    {
        var server = new ScriptedElasticsearch { Version = version };
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(System.Net.IPAddress.Loopback, 0);
        });
        server._app = builder.Build();
        server._app.Run(server.HandleAsync);
        await server._app.StartAsync();
        server.Url = server._app.Urls.Single();
        return server;
    }

    /// <summary>The next bulk requests go so, one each.</summary>
    public void Next(params ReadOnlySpan<BulkFault> faults)
    {
        foreach (var fault in faults)
        {
            _faults.Enqueue(fault);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _app.StopAsync(patience.Token);
        await _app.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries);
        _requests.Enqueue($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}");
        context.Response.Headers["X-Elastic-Product"] = "Elasticsearch";
        if (Authorization.Length > 0 && context.Request.Headers.Authorization != Authorization)
        {
            await ErrorAsync(context, 401, "security_exception", "missing authentication credentials");
            return;
        }

        if (Forbids != 0 && path.Length > 0)
        {
            await ErrorAsync(context, Forbids, "security_exception", "action is unauthorized for this user");
            return;
        }

        if (IsForbidden($"{context.Request.Method} {context.Request.Path}"))
        {
            await ErrorAsync(context, 403, "security_exception", "action is unauthorized for this user");
            return;
        }

        await ((context.Request.Method, path) switch
        {
            ("GET" or "HEAD", []) => AnswerAsync(context, 200, new JsonObject
            {
                ["version"] = new JsonObject { ["number"] = Version },
                ["tagline"] = "You Know, for Search",
            }),
            ("POST" or "PUT", [.., "_bulk"]) => BulkAsync(context, path.Length > 1 ? path[0] : ""),
            ("POST", [var index, "_flush"]) => FlushAsync(context, index),
            ("POST", [var index, "_mget"]) => LookUpAsync(context, index),
            ("GET", ["_data_stream", var stream]) => StreamAsync(context, stream),
            ("PUT", ["_component_template" or "_index_template", _]) => PutTemplateAsync(context),
            ("GET", ["_component_template" or "_index_template", _]) => GetTemplateAsync(context, path[0], path[1]),
            ("PUT", ["_data_stream", _, "_options"]) => PutTemplateAsync(context),
            _ => ErrorAsync(context, 404, "resource_not_found_exception", "no such path"),
        });
    }

    private async Task BulkAsync(HttpContext context, string defaultIndex)
    {
        var body = await BodyAsync(context);
        if (context.Request.ContentLength > MaxBodyBytes)
        {
            await ErrorAsync(context, 413, "", "");
            return;
        }

        if (Actions(body) is not { } actions)
        {
            await ErrorAsync(context, 400, "x_content_e_o_f_exception", "the request is no JSON");
            return;
        }

        if (actions.Any(action => action.Source is { } source && IsPoison(source)))
        {
            await ErrorAsync(context, 400, "x_content_parse_exception", "the request is no JSON");
            return;
        }

        // Deletions are our own repairs: faults are for documents.
        var fault = actions.Any(action => action.Source is not null) && _faults.TryDequeue(out var next) ? next : new BulkFault();
        fault.Before?.Invoke();
        var isApplied = fault.IsApplied || fault is { Status: 0, IsReset: false };
        var items = isApplied ? Apply(actions, defaultIndex, fault) : [];
        fault.After?.Invoke();
        if (fault.IsReset)
        {
            context.Abort();
        }
        else if (fault.Status != 0)
        {
            context.Response.Headers.RetryAfter = fault.RetryAfter.Length > 0 ? fault.RetryAfter : default;
            await ErrorAsync(context, fault.Status, "scripted_exception", "as told");
        }
        else
        {
            var hasErrors = items.Any(item => item!.AsObject().First().Value!["error"] is not null);
            await AnswerAsync(context, 200, new JsonObject { ["errors"] = hasErrors, ["took"] = 1, ["items"] = items }, fault.Trickle);
        }
    }

    private JsonArray Apply(List<(string Kind, string Index, string Id, string? Source)> actions, string defaultIndex, BulkFault fault)
    {
        var items = new JsonArray();
        foreach (var (kind, index, id, source) in actions)
        {
            var target = index.Length > 0 ? index : defaultIndex;
            if (source is null)
            {
                var deleted = Streams.Delete(target, id);
                items.Add(new JsonObject { [kind] = new JsonObject { ["_index"] = target, ["_id"] = id, ["status"] = deleted ? 200 : 404 } });
                continue;
            }

            var wrong = fault.Items?.Invoke(items.Count) ?? ItemRule(id, source);
            items.Add(new JsonObject { [kind] = wrong is null ? Created(target, id, source) : Refused(target, id, wrong) });
        }

        return items;
    }

    private JsonObject Created(string stream, string id, string source)
    {
        var (index, created) = Streams.Create(stream, id, source);
        return created
            ? new JsonObject { ["_index"] = index, ["_id"] = id, ["_version"] = 1, ["result"] = "created", ["status"] = 201 }
            : Wrong(index, id, new ItemFault(
                409, "version_conflict_engine_exception", $"[{id}]: version conflict, document already exists (current version [1])"));
    }

    // Named is the index that would have taken the document, and its data stream until it has one.
    private JsonObject Refused(string stream, string id, ItemFault fault)
    {
        var item = Wrong(Streams.Indexes(stream) is [.., var newest] ? newest : stream, id, fault);
        if (fault.FailureStore.Length > 0)
        {
            item["_index"] = $".fs-{stream}-000001";
            item["failure_store"] = fault.FailureStore;
        }

        return item;
    }

    private static JsonObject Wrong(string index, string id, ItemFault fault)
    {
        var item = new JsonObject { ["_index"] = index, ["_id"] = id, ["status"] = fault.Status };
        if (fault.Type.Length > 0)
        {
            item["error"] = new JsonObject { ["type"] = fault.Type, ["reason"] = fault.Reason };
        }

        return item;
    }

    private Task FlushAsync(HttpContext context, string index) => FlushRule(index) is var status and not 200
        ? ErrorAsync(context, status, "scripted_exception", "as told")
        : AnswerAsync(context, 200, new JsonObject { ["_shards"] = new JsonObject { ["total"] = 1, ["successful"] = 1, ["failed"] = 0 } });

    private async Task LookUpAsync(HttpContext context, string index)
    {
        using var json = JsonDocument.Parse(await BodyAsync(context));
        var docs = new JsonArray();
        foreach (var id in json.RootElement.GetProperty("ids").EnumerateArray())
        {
            var doc = new JsonObject { ["_index"] = index, ["_id"] = id.GetString() };
            if (Streams.IsIndex(index))
            {
                doc["found"] = Streams.Has(index, id.GetString()!);
            }
            else
            {
                doc["error"] = new JsonObject { ["type"] = "index_not_found_exception", ["reason"] = $"no such index [{index}]" };
            }

            docs.Add(doc);
        }

        await AnswerAsync(context, 200, new JsonObject { ["docs"] = docs });
    }

    private Task StreamAsync(HttpContext context, string stream)
    {
        if (Streams.Indexes(stream) is not { Count: > 0 } indexes)
        {
            return ErrorAsync(context, 404, "index_not_found_exception", $"no such index [{stream}]");
        }

        var names = new JsonArray([.. indexes.Select(index => (JsonNode)new JsonObject { ["index_name"] = index })]);
        return AnswerAsync(context, 200, new JsonObject
        {
            ["data_streams"] = new JsonArray(new JsonObject { ["name"] = stream, ["indices"] = names }),
        });
    }

    private async Task PutTemplateAsync(HttpContext context)
    {
        _templates[context.Request.Path.Value!] = JsonNode.Parse(await BodyAsync(context))!;
        await AnswerAsync(context, 200, new JsonObject { ["acknowledged"] = true });
    }

    private Task GetTemplateAsync(HttpContext context, string kind, string name)
    {
        if (!_templates.TryGetValue(context.Request.Path.Value!, out var template))
        {
            return ErrorAsync(context, 404, "resource_not_found_exception", $"{kind} matching [{name}] not found");
        }

        var member = kind.TrimStart('_');
        return AnswerAsync(context, 200, new JsonObject
        {
            [member + "s"] = new JsonArray(new JsonObject { ["name"] = name, [member] = template.DeepClone() }),
        });
    }

    /// <summary>Null for what is no bulk request.</summary>
    private static List<(string Kind, string Index, string Id, string? Source)>? Actions(string body)
    {
        List<(string, string, string, string?)> actions = [];
        var lines = body.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        try
        {
            for (var i = 0; i < lines.Length; i++)
            {
                var action = JsonNode.Parse(lines[i])!.AsObject().First();
                var (index, id) = ((string?)action.Value!["_index"] ?? "", (string?)action.Value["_id"] ?? Guid.NewGuid().ToString("N"));
                actions.Add((action.Key, index, id, action.Key == "delete" ? null : lines[++i]));
            }
        }
        catch (JsonException)
        {
            return null;
        }

        return actions;
    }

    private static async Task<string> BodyAsync(HttpContext context)
    {
        await using var inflated = context.Request.Headers.ContentEncoding == "gzip"
            ? new GZipStream(context.Request.Body, CompressionMode.Decompress)
            : context.Request.Body;
        using var reader = new StreamReader(inflated, Encoding.UTF8);
        return await reader.ReadToEndAsync();
    }

    private static Task ErrorAsync(HttpContext context, int status, string type, string reason) => WriteAsync(context, status, new JsonObject
    {
        ["error"] = new JsonObject { ["type"] = type, ["reason"] = reason },
        ["status"] = status,
    });

    // Errors are answered whole, whatever is asked for.
    private static Task AnswerAsync(HttpContext context, int status, JsonObject body, TimeSpan trickle = default) =>
        WriteAsync(context, status, AnswerFilter.Apply(body, context.Request.Query["filter_path"].ToString()), trickle);

    private static async Task WriteAsync(HttpContext context, int status, JsonObject body, TimeSpan trickle = default)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(body, Compact);
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.Headers.ContentLength = bytes.Length;
        if (context.Request.Method == "HEAD")
        {
            return;
        }

        if (trickle == TimeSpan.Zero)
        {
            await context.Response.Body.WriteAsync(bytes);
            return;
        }

        foreach (var value in bytes)
        {
            await context.Response.Body.WriteAsync(new[] { value });
            await context.Response.Body.FlushAsync();
            await Task.Delay(trickle);
        }
    }
}
