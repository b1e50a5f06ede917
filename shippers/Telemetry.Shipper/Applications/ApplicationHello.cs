using Google.Protobuf;
using Telemetry.Grpc;
using Telemetry.Protos;
using Telemetry.Protos.V1;
using Telemetry.Shipping.Machine;
using Telemetry.Wire;
using Lane = Telemetry.Wire.Lane;

namespace Telemetry.Shipper.Applications;

/// <summary>
/// What an application says first, checked: which lane, which streams, and which of our lifetimes stands for each of those it names. It
/// may know the server by another name; its records are our server's all the same.
/// </summary>
internal sealed record ApplicationHello
{
    private const int MaxStreams = 64;

    public required Lane Lane { get; init; }

    /// <summary>Our lifetime by the application's.</summary>
    public required IReadOnlyDictionary<LifetimeId, LifetimeId> Lifetimes { get; init; }

    /// <summary>Boots before this one that it has records of.</summary>
    public required IReadOnlyList<string> FormerBootIds { get; init; }

    /// <summary>Its own run of its service; "" when it names none.</summary>
    public required string WorkloadId { get; init; }

    /// <summary>That and earlier ones, whose records it found.</summary>
    public required IReadOnlyList<string> WorkloadIds { get; init; }

    /// <summary>Streams that it may carry: those of an application's workloads, and none of the server's own.</summary>
    public required IReadOnlySet<StreamId> Streams { get; init; }

    /// <summary>OK and what was said, or the status that ends the call. Does not throw.</summary>
    public static GrpcStatus Read(ReadOnlySpan<byte> message, LifetimeContext server, out ApplicationHello? said)
    {
        said = null;
        Hello? hello;
        try
        {
            hello = ShipRequest.Parser.ParseFrom(message).Hello;
        }
        catch (InvalidProtocolBufferException)
        {
            return Invalid("The first message does not decode.");
        }

        if (hello is null)
        {
            return Invalid("The first message is no Hello.");
        }

        var problem = FindProblem(hello);
        if (problem.IsOk)
        {
            said = From(hello, server);
        }

        return problem;
    }

    private static ApplicationHello From(Hello hello, LifetimeContext server)
    {
        var boots = hello.Former.Select(f => f.BootId).Where(b => b != server.BootId).Distinct().ToList();
        var lifetimes = boots.ToDictionary(
            boot => LifetimeId.From(hello.Identity.InstanceId, boot), boot => LifetimeId.From(server.InstanceId, boot));
        lifetimes[LifetimeId.From(hello.Identity.InstanceId, hello.Identity.BootId)] = server.Lifetime;
        return new ApplicationHello
        {
            Lane = (Lane)hello.Lane,
            Lifetimes = lifetimes,
            FormerBootIds = boots,
            WorkloadId = hello.Streams.Any(s => s.WorkloadId == hello.Agent?.RunId) ? hello.Agent!.RunId : "",
            WorkloadIds = [.. hello.Streams.Select(s => s.WorkloadId).Distinct()],
            Streams = hello.Streams.Select(s => StreamId.From((int)s.Kind, s.WorkloadId, s.Name)).ToHashSet(),
        };
    }

    private static GrpcStatus FindProblem(Hello hello)
    {
        if (hello.ProtocolVersion != HelloRules.ProtocolVersion)
        {
            return new(StatusCode.FailedPrecondition,
                $"Protocol version {hello.ProtocolVersion} is not spoken here; this shipper speaks {HelloRules.ProtocolVersion}.");
        }

        if (HelloRules.FindProblem(hello) is { } problem)
        {
            return Invalid(problem);
        }

        return hello.Streams.Count is > 0 and <= MaxStreams && hello.Streams.All(MayCarry)
            ? GrpcStatus.Ok
            : Invalid($"An application names its streams, at most {MaxStreams}, each of a workload of its own.");
    }

    private static bool MayCarry(StreamName stream) =>
        stream.Kind is StreamKind.Application or StreamKind.Agent or StreamKind.Crash && HelloRules.IsName(stream.WorkloadId) && HelloRules.IsName(stream.Name);

    private static GrpcStatus Invalid(string problem) => new(StatusCode.InvalidArgument, problem);
}
