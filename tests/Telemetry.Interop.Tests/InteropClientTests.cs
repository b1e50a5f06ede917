using Telemetry.Grpc.Server.Tests;

namespace Telemetry.Interop.Tests;

/// <summary>The official interop client against our server.</summary>
public class InteropClientTests
{
    [Theory]
    [Trait("Category", "heavy")]
    [InlineData("empty_unary")]
    [InlineData("large_unary")]
    [InlineData("client_streaming")]
    [InlineData("server_streaming")]
    [InlineData("ping_pong")]
    [InlineData("empty_stream")]
    [InlineData("custom_metadata")]
    [InlineData("status_code_and_message")]
    [InlineData("special_status_message")]
    [InlineData("unimplemented_method")]
    [InlineData("unimplemented_service")]
    [InlineData("cancel_after_begin")]
    [InlineData("cancel_after_first_response")]
    [InlineData("timeout_on_sleeping_server")]
    public async Task OurServerPasses(string testCase)
    {
        await using var server = await GrpcTestServer.StartAsync(InteropService.Map);
        await PeerTool.RunAsync("grpc-interop-client", "--server_host=127.0.0.1", $"--server_port={server.Port}",
            "--use_tls=false", $"--test_case={testCase}");
    }
}
