using System.Buffers;
using Google.Protobuf;
using Telemetry.Grpc;
using Telemetry.Grpc.Server;
using Telemetry.Interop.Tests.Messages;

namespace Telemetry.Interop.Tests;

/// <summary><c>grpc.testing.TestService</c> as reference/grpc-interop.md describes it.</summary>
internal static class InteropService
{
    private const string Initial = "x-grpc-test-echo-initial";
    private const string Trailing = "x-grpc-test-echo-trailing-bin";

    public static void Map(GrpcEndpoints endpoints)
    {
        endpoints.MapGrpcUnary("/grpc.testing.TestService/EmptyCall", (_, _) => new((GrpcReply)Array.Empty<byte>()));
        endpoints.MapGrpcUnary("/grpc.testing.TestService/UnaryCall", UnaryCall);
        endpoints.MapGrpcDuplex("/grpc.testing.TestService/StreamingOutputCall", StreamingOutputCall);
        endpoints.MapGrpcDuplex("/grpc.testing.TestService/StreamingInputCall", StreamingInputCall);
        endpoints.MapGrpcDuplex("/grpc.testing.TestService/FullDuplexCall", FullDuplexCall);
        endpoints.MapGrpcDuplex("/grpc.testing.TestService/HalfDuplexCall", HalfDuplexCall);
    }

    private static ValueTask<GrpcReply> UnaryCall(ReadOnlySequence<byte> message, GrpcServerCall call)
    {
        var request = SimpleRequest.Parser.ParseFrom(message);
        Echo(call);
        return new(request.ResponseStatus is { Code: not 0 } status
            ? ToStatus(status)
            : new SimpleResponse { Payload = Zeros(request.ResponseSize) }.ToByteArray());
    }

    private static async ValueTask<GrpcStatus> StreamingOutputCall(GrpcServerCall call)
    {
        Echo(call);
        return await AnswerAsync(call, StreamingOutputCallRequest.Parser.ParseFrom(await call.ReadSingleAsync()));
    }

    private static async ValueTask<GrpcStatus> StreamingInputCall(GrpcServerCall call)
    {
        var size = 0;
        while (await call.ReadAsync(call.Cancelled))
        {
            size += StreamingInputCallRequest.Parser.ParseFrom(call.Current).Payload.Body.Length;
        }

        var answer = new StreamingInputCallResponse { AggregatedPayloadSize = size };
        await call.WriteAsync(answer.ToByteArray(), call.Cancelled);
        return GrpcStatus.Ok;
    }

    private static async ValueTask<GrpcStatus> FullDuplexCall(GrpcServerCall call)
    {
        Echo(call);
        while (await call.ReadAsync(call.Cancelled))
        {
            if (await AnswerAsync(call, StreamingOutputCallRequest.Parser.ParseFrom(call.Current)) is { IsOk: false } status)
            {
                return status;
            }
        }

        return GrpcStatus.Ok;
    }

    private static async ValueTask<GrpcStatus> HalfDuplexCall(GrpcServerCall call)
    {
        List<StreamingOutputCallRequest> requests = [];
        while (await call.ReadAsync(call.Cancelled))
        {
            requests.Add(StreamingOutputCallRequest.Parser.ParseFrom(call.Current));
        }

        foreach (var request in requests)
        {
            await AnswerAsync(call, request);
        }

        return GrpcStatus.Ok;
    }

    private static async ValueTask<GrpcStatus> AnswerAsync(GrpcServerCall call, StreamingOutputCallRequest request)
    {
        if (request.ResponseStatus is { Code: not 0 } status)
        {
            return ToStatus(status);
        }

        foreach (var parameters in request.ResponseParameters)
        {
            if (parameters.IntervalUs > 0)
            {
                await Task.Delay(TimeSpan.FromMicroseconds(parameters.IntervalUs), TimeProvider.System, call.Cancelled);
            }

            var answer = new StreamingOutputCallResponse { Payload = Zeros(parameters.Size) };
            await call.WriteAsync(answer.ToByteArray(), call.Cancelled);
        }

        return GrpcStatus.Ok;
    }

    private static void Echo(GrpcServerCall call)
    {
        if (call.GetHeader(Initial) is { } initial)
        {
            call.AddHeader(Initial, initial);
        }

        if (call.GetHeader(Trailing) is { } trailing)
        {
            call.Trailers.Add(Trailing, Convert.FromBase64String(trailing.PadRight((trailing.Length + 3) / 4 * 4, '=')));
        }
    }

    private static Payload Zeros(int size) => new() { Body = ByteString.CopyFrom(new byte[size]) };

    private static GrpcStatus ToStatus(EchoStatus status) => new((StatusCode)status.Code, status.Message);
}
