using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Telemetry.Grpc.Tests;

/// <summary>What our client makes of servers that do not keep to the protocol.</summary>
public class OddServerTests
{
    private static readonly GrpcCallOptions _soon = new() { Timeout = TimeSpan.FromSeconds(5) };

    public static readonly TheoryData<string, StatusCode, string> Answers = new()
    {
        { "trailers-only status", StatusCode.NotFound, "gone" },
        { "status wins over http 503", StatusCode.NotFound, "gone" },
        { "http 503", StatusCode.Unavailable, "503" },
        { "http 200 text/html", StatusCode.Unknown, "content type" },
        { "no status", StatusCode.Unknown, "without a grpc-status" },
        { "two statuses", StatusCode.Unknown, "not one number" },
        { "status abc", StatusCode.Unknown, "not one number" },
        { "status 99", (StatusCode)99, "" },
        { "odd message", StatusCode.Aborted, "%zz\ufffd" },
        { "unknown encoding", StatusCode.Internal, "grpc-encoding" },
        { "ok without a message", StatusCode.Internal, "no message" },
        { "bad flag", StatusCode.Internal, "flag" },
        { "huge length", StatusCode.ResourceExhausted, "4294967295" },
        { "cut off message", StatusCode.Internal, "Incomplete" },
        { "reset in a message", StatusCode.Internal, "" },
        { "two messages", StatusCode.Internal, "Additional" },
        { "message and status 5", StatusCode.NotFound, "gone" },
        { "connection aborted", StatusCode.Unavailable, "" },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task BecomesAStatus(string answer, StatusCode code, string says)
    {
        await using var server = await OddServer.StartAsync(context => AnswerAsync(context, answer));
        await using var channel = server.OpenChannel();

        var result = await channel.UnaryAsync("/a.B/C", new byte[] { 1 }, _soon, default);

        Assert.True(result.Status.Code == code, result.Status.ToString());
        Assert.Contains(says, result.Status.Message, StringComparison.Ordinal);
        Assert.True(result.Message.IsEmpty);
    }

    /// <summary>The server's reset fails the write; its answer is what counts, and it is there at once.</summary>
    [Fact]
    public async Task AnswerToAMessageThatTheServerDidNotReadIsTaken()
    {
        await using var server = await OddServer.StartAsync(context => AnswerAsync(context, "message and status 5"));
        await using var channel = server.OpenChannel();

        var result = await channel.UnaryAsync("/a.B/C", new byte[8 << 20], _soon, default);

        Assert.Equal(new(StatusCode.NotFound, "gone"), result.Status);
        Assert.Equal("yes", result.Trailers.Get("custom"));
    }

    [Fact]
    public async Task MessageBeforeABadStatusIsRead()
    {
        await using var server = await OddServer.StartAsync(context => AnswerAsync(context, "message and status 5"));
        await using var channel = server.OpenChannel();
        await using var call = channel.OpenDuplex("/a.B/C", _soon);

        Assert.True(await call.ReadAsync(default));
        Assert.Equal([7], call.Current.ToArray());
        Assert.False(await call.ReadAsync(default));
        Assert.Equal(StatusCode.NotFound, call.Status.Code);
        Assert.Equal("yes", call.Trailers.Get("custom"));
    }

    private static async Task AnswerAsync(HttpContext context, string answer)
    {
        var response = context.Response;
        response.ContentType = "application/grpc";
        switch (answer)
        {
            case "status wins over http 503":
                response.StatusCode = 503;
                goto case "trailers-only status";
            case "trailers-only status":
                response.Headers["grpc-status"] = "5";
                response.Headers["grpc-message"] = "gone";
                break;
            case "http 503":
                response.StatusCode = 503;
                break;
            case "http 200 text/html":
                response.ContentType = "text/html";
                await response.WriteAsync("<html>");
                break;
            case "no status":
                await WriteAsync(response, 0, 0, 0, 0, 0);
                break;
            case "two statuses":
                response.Headers["grpc-status"] = new(["0", "0"]);
                break;
            case "status abc":
                response.Headers["grpc-status"] = "abc";
                break;
            case "status 99":
                response.Headers["grpc-status"] = "99";
                break;
            case "odd message":
                response.Headers["grpc-status"] = "10";
                response.Headers["grpc-message"] = "%zz%C3";
                break;
            case "unknown encoding":
                response.Headers["grpc-encoding"] = "snappy";
                await WriteAsync(response, 1, 0, 0, 0, 0);
                break;
            case "ok without a message":
                response.Headers["grpc-status"] = "0";
                break;
            case "bad flag":
                await WriteAsync(response, 2, 0, 0, 0, 1, 0);
                break;
            case "huge length":
                await WriteAsync(response, 0, 0xFF, 0xFF, 0xFF, 0xFF);
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                break;
            case "cut off message":
                response.AppendTrailer("grpc-status", "0");
                await WriteAsync(response, 0, 0, 0, 0, 9, 1);
                break;
            case "reset in a message":
                await WriteAsync(response, 0, 0, 0, 0, 9, 1);
                context.Features.GetRequiredFeature<IHttpResetFeature>().Reset(2);
                break;
            case "two messages":
                response.AppendTrailer("grpc-status", "0");
                await WriteAsync(response, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
                break;
            case "message and status 5":
                await WriteAsync(response, 0, 0, 0, 0, 1, 7);
                response.AppendTrailer("grpc-status", "5");
                response.AppendTrailer("grpc-message", "gone");
                response.AppendTrailer("custom", "yes");
                break;
            case "connection aborted":
                context.Connection.RequestClose();
                context.Features.Get<Microsoft.AspNetCore.Connections.Features.IConnectionLifetimeFeature>()!.Abort();
                break;
        }
    }

    private static async Task WriteAsync(HttpResponse response, params byte[] bytes)
    {
        await response.Body.WriteAsync(bytes);
        await response.Body.FlushAsync();
    }
}
