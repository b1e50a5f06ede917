using Telemetry.Bus;

namespace Telemetry.Cli.DeadLetters;

/// <summary>Where the dead letters of a bus lie. Every method throws <see cref="IOException"/> when that cannot be read or written.</summary>
internal interface IDeadLetterShelf : IDisposable
{
    /// <summary>The newest letters, oldest first, without their bytes.</summary>
    Task<IReadOnlyList<KeptDeadLetter>> ListAsync(int limit, CancellationToken cancel);

    /// <summary>Those of some letters that are there, with their bytes; one at a time is in memory.</summary>
    IAsyncEnumerable<KeptDeadLetter> ReadAsync(IReadOnlyCollection<string> ids, CancellationToken cancel);

    /// <summary>Takes letters away; one that is not there is no error.</summary>
    Task RemoveAsync(IReadOnlyCollection<string> ids, CancellationToken cancel);
}
